// The playground's script: it keeps the page current over the stream of news, posts clicks and forms, opens dialogs,
// completes commands and takes care that the focus is never lost. htmx follows links without reloading and morphs
// messages in place. Everything that is shown comes drawn, and escaped, from the server.
'use strict';

const app = () => document.getElementById('app');
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || '';
const server = Number(app().dataset.now) - Date.now(); // what is to be added to this computer's clock

// ---- Times, in the reader's zone ----

const styles = {
	clock: {hour: '2-digit', minute: '2-digit'},
	time: {hour: '2-digit', minute: '2-digit'},
	day: {weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'},
};

function relative(at) {
	const seconds = (at - Date.now() - server) / 1000;
	const units = [['day', 86400], ['hour', 3600], ['minute', 60]];
	const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) || ['minute', 60];
	return new Intl.RelativeTimeFormat(undefined, {numeric: 'auto'}).format(Math.round(seconds / size), unit);
}

function localise(root) {
	for (const time of root.querySelectorAll('time[datetime]')) {
		const at = new Date(time.dateTime);
		if (time.dataset.style === 'date') continue; // "until the end of Sunday" is a Sunday in the zone in which it was meant
		const style = styles[time.dataset.style];
		const text = style ? new Intl.DateTimeFormat(undefined, style).format(at) : relative(at);
		if (time.textContent !== text) time.textContent = text;
		time.title = at.toLocaleString(undefined, {dateStyle: 'full', timeStyle: 'short'});
	}
	markDays(document.getElementById('log'));
}

// markDays names the day above its first message; the name is drawn by the style sheet.
function markDays(log) {
	let last = '';
	for (const message of log.querySelectorAll(':scope > .message')) {
		const at = new Date(message.querySelector('.by time').dateTime);
		const day = at.toDateString() === new Date(Date.now() + server).toDateString() ? 'Today'
			: at.toLocaleDateString(undefined, {weekday: 'long', day: 'numeric', month: 'long'});
		if (day === last) message.removeAttribute('data-day');
		else message.dataset.day = day;
		last = day;
	}
}

setInterval(() => localise(document), 30000);

// ---- Posting ----

// A token names one click or submission for ever. It is made anew only after the server has taken or refused it, or when
// something else is sent: a double click, and a second try after a broken connection or server, are the same event.
const tokens = new WeakMap();

function token(source, content = '') {
	if (tokens.get(source)?.content !== content) {
		const random = Array.from(crypto.getRandomValues(new Uint8Array(12)), b => b.toString(36).padStart(2, '0')).join('');
		tokens.set(source, {content, name: `${Date.now() + server}-${random}`});
	}
	return tokens.get(source).name;
}

// send posts what was done and returns the server's answer; broken says that the server may or may not have taken it.
async function send(values) {
	values.set('zone', zone);
	const response = await fetch('/event', {
		method: 'POST', body: new URLSearchParams(values), headers: {'Greenroom-Member': app().dataset.me},
	});
	return {...await response.json(), broken: response.status >= 500};
}

// post sends what source (a button or a form) means, once at a time; null while the same is under way.
async function post(source, values) {
	const busy = source instanceof Element; // what waits in a composer is posted in order
	if (busy && source.getAttribute('aria-busy') === 'true') return null;
	if (busy) source.setAttribute('aria-busy', 'true');
	values.set('token', token(source, new URLSearchParams(values).toString()));
	try {
		const answer = await send(values);
		if (!answer.broken) tokens.delete(source);
		return answer;
	} catch {
		return {say: 'Greenroom cannot be reached. Nothing was lost here: try again in a moment.'};
	} finally {
		if (busy) source.removeAttribute('aria-busy');
	}
}

// notice says something above the page; an empty text takes it away.
function notice(text) {
	const box = document.getElementById('notice');
	if (box.textContent !== text) box.textContent = text;
}

// speak says something to screen readers alone.
function speak(text) {
	const voice = document.getElementById('voice');
	if (voice.textContent !== text) voice.textContent = text;
}

let noticeTimer;
function trouble(text) {
	notice(text);
	clearTimeout(noticeTimer);
	noticeTimer = setTimeout(() => { if (document.getElementById('notice').textContent === text) notice(''); }, 12000);
}

async function click(button) {
	const values = new Map([
		['kind', 'click'], ['value', button.dataset.value], ['room', app().dataset.room],
		['thread', button.closest('aside') ? app().dataset.thread : ''],
		['message', button.closest('.message').dataset.id],
	]);
	const answer = await post(button, values);
	if (!answer) return;
	if (answer.say) trouble(answer.say);
	if (answer.form) openForm(answer.form, button);
}

// ---- Dialogs ----

// opener is what had the focus when a dialog opened, by id too: it may have been drawn anew meanwhile.
let opener = null;

function remember(element) {
	opener = {element, id: element?.id, message: element?.closest?.('.message')?.id};
}

function giveBackFocus() {
	if (!opener) return;
	const {element, id, message} = opener;
	opener = null;
	const target = element?.isConnected ? element : document.getElementById(id) || document.getElementById(message)
		|| document.querySelector('.room [name=text]');
	target?.focus();
}

function openForm(html, button) {
	const box = document.getElementById('dialogs');
	box.innerHTML = html;
	const dialog = box.querySelector('dialog');
	const form = dialog.querySelector('form');
	localise(dialog);
	restore(form);
	remember(button);
	dialog.showModal();
	(dialog.querySelector('.fields textarea, .fields input:not([type=hidden])') || dialog.querySelector('[type=submit]')).focus();
	dialog.addEventListener('close', () => { box.replaceChildren(); giveBackFocus(); });
	form.addEventListener('input', () => keepDraft(form));
	form.addEventListener('submit', event => { event.preventDefault(); submit(dialog, form); });
}

async function submit(dialog, form) {
	const answer = await post(form, new FormData(form));
	if (!answer) return;
	const errors = answer.errors || {};
	let first = null, rest = answer.say || '';
	for (const field of form.querySelectorAll('[data-field]')) {
		const text = errors[field.dataset.field] || '';
		delete errors[field.dataset.field];
		field.querySelector('.error').textContent = text;
		const control = field.querySelector('textarea, input');
		control.setAttribute('aria-invalid', String(text !== ''));
		if (text && !first) first = control;
	}
	rest = [rest, ...Object.values(errors)].filter(Boolean).join(' ');
	form.querySelector('#form-error').textContent = rest;
	if (first) first.focus();
	if (first || rest) return;
	sessionStorage.removeItem(draftName(form));
	dialog.close();
	if (answer.form) openForm(answer.form, document.activeElement);
}

// Texts are kept until they are sent: closing a form, or reloading the page, loses nothing.
const draftName = form => `form:${app().dataset.me}:${form.dataset.value}`;

function keepDraft(form) {
	const texts = {};
	for (const control of form.querySelectorAll('.fields textarea, .fields input[type=text]')) texts[control.name] = control.value;
	sessionStorage.setItem(draftName(form), JSON.stringify(texts));
}

function restore(form) {
	const texts = JSON.parse(sessionStorage.getItem(draftName(form)) || '{}');
	for (const [name, text] of Object.entries(texts)) {
		const control = form.elements.namedItem(name);
		if (control && 'value' in control) control.value = text;
	}
}

// ---- Composers ----

const composerDraft = text => `text:${app().dataset.me}:${text.id}`;

const waiting = new Map(); // by draft: what is to be sent from a composer, in order; the first is under way

// say sends what stands in a composer. One may go on writing, and send that too; what could not be sent comes back.
async function say(form) {
	const text = form.elements.namedItem('text');
	if (text.value.trim() === '') return;
	const draft = composerDraft(text);
	const queue = waiting.get(draft) || [];
	waiting.set(draft, queue);
	queue.push(new FormData(form));
	text.value = '';
	if (queue.length > 1) return;
	const composer = () => [...document.querySelectorAll('[data-composer] textarea')].find(t => composerDraft(t) === draft);
	while (queue.length > 0) {
		const answer = await post(queue, queue[0]);
		const now = composer(); // gone when one has moved on to another room
		const kept = now ? now.value : sessionStorage.getItem(draft) || '';
		const left = answer.say ? [...queue.splice(0).map(values => values.get('text')), kept].filter(Boolean).join('\n') : kept;
		queue.shift();
		sessionStorage.setItem(draft, left);
		if (!now) {
			if (answer.say) trouble(answer.say);
			continue;
		}
		if (now.value !== left) now.value = left;
		now.form.querySelector('.error').textContent = answer.say || '';
		if (answer.form) openForm(answer.form, now);
	}
}

function restoreComposers() {
	for (const text of document.querySelectorAll('[data-composer] textarea')) {
		if (text.value === '') text.value = sessionStorage.getItem(composerDraft(text)) || '';
	}
}

// ---- Completion of commands ----

const list = text => document.getElementById(text.getAttribute('aria-controls'));
const asks = new WeakMap(); // how often each composer has asked: an answer that comes late is dropped

function nextAsk(text) {
	asks.set(text, (asks.get(text) || 0) + 1);
	return asks.get(text);
}

async function complete(text) {
	const ask = nextAsk(text);
	const typed = text.value.slice(0, text.selectionStart);
	if (!typed.startsWith('/') || typed.includes('\n')) return close(text);
	let choices;
	if (!typed.includes(' ')) {
		choices = JSON.parse(app().dataset.commands)
			.filter(c => c.Name.startsWith(typed.toLowerCase()))
			.map(c => ({Label: c.Name, Help: c.Help, Value: c.Name, from: 0}));
	} else {
		narrow(text, typed);
		const room = text.form.elements.namedItem('room').value;
		const answer = await send(new Map([['kind', 'complete'], ['token', token({})], ['text', typed], ['room', room]])).catch(() => ({}));
		if (ask !== asks.get(text)) return; // more was typed meanwhile
		choices = (answer.choices || []).map(c => ({...c, from: typed.lastIndexOf(' ') + 1}));
	}
	show(text, choices);
}

// narrow keeps of the list what still fits, until the server has answered: a quick Enter never takes a stale choice.
function narrow(text, typed) {
	const from = typed.lastIndexOf(' ') + 1;
	const word = typed.slice(from).toLowerCase();
	for (const item of [...list(text).children]) {
		if (Number(item.dataset.from) !== from || !item.dataset.value.toLowerCase().startsWith(word)) item.remove();
	}
	if (list(text).children.length > 0) select(text, 0);
	else list(text).hidden = true;
}

function show(text, choices) {
	const box = list(text);
	const chosen = box.querySelector('[aria-selected=true]')?.dataset.value;
	box.replaceChildren(...choices.slice(0, 25).map((choice, i) => {
		const item = document.createElement('li');
		item.id = `${box.id}-${i}`;
		item.setAttribute('role', 'option');
		item.setAttribute('aria-selected', 'false');
		item.dataset.value = choice.Value;
		item.dataset.from = choice.from;
		item.append(Object.assign(document.createElement('strong'), {textContent: choice.Label}));
		if (choice.Help) item.append(' ', Object.assign(document.createElement('span'), {textContent: choice.Help}));
		return item;
	}));
	box.hidden = choices.length === 0;
	const begun = !/\s$/.test(text.value.slice(0, text.selectionStart));
	if (!box.hidden && begun) select(text, Math.max(0, choices.findIndex(c => c.Value === chosen))); // after a space the command may be complete: Enter sends it
	else text.removeAttribute('aria-activedescendant');
	speak(box.hidden ? '' : `${choices.length} ${choices.length === 1 ? 'suggestion' : 'suggestions'}`);
}

function close(text) {
	nextAsk(text);
	const box = list(text);
	if (box) box.hidden = true; // the page may have changed
	text.removeAttribute('aria-activedescendant');
}

function select(text, index) {
	const items = [...list(text).children];
	const chosen = items[(index + items.length) % items.length];
	for (const item of items) item.setAttribute('aria-selected', String(item === chosen));
	text.setAttribute('aria-activedescendant', chosen.id);
	chosen.scrollIntoView({block: 'nearest'});
}

function accept(text, item) {
	const end = text.selectionStart;
	const rest = text.value.slice(end);
	text.value = text.value.slice(0, Number(item.dataset.from)) + item.dataset.value + ' ' + rest.trimStart();
	const at = text.value.length - rest.trimStart().length;
	text.setSelectionRange(at, at);
	text.focus();
	complete(text);
}

// keys handles a key in a composer; true when it was for the list or sends.
function composerKey(event, text) {
	const box = list(text);
	const items = [...box.children];
	const index = items.findIndex(item => item.getAttribute('aria-selected') === 'true');
	if (!box.hidden && items.length > 0) {
		switch (event.key) {
		case 'ArrowDown': select(text, index + 1); return true;
		case 'ArrowUp': select(text, Math.max(index, 0) - 1); return true;
		case 'Escape': close(text); return true;
		case 'Tab':
			if (event.shiftKey) return false;
			accept(text, items[Math.max(index, 0)]); return true;
		case 'Enter': {
			if (index < 0) break;
			const typed = text.value.slice(Number(items[index].dataset.from), text.selectionStart);
			if (event.shiftKey || typed === items[index].dataset.value) break; // complete already: send
			accept(text, items[index]); return true;
		}
		}
	}
	if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
		close(text);
		say(text.form);
		return true;
	}
	return false;
}

// ---- News ----

let stream, shown, retry, silence;

// A hidden tab listens to nothing, because browsers keep only six connections to one server; it catches up when it is seen.
function listen() {
	clearTimeout(retry);
	clearTimeout(silence);
	stream?.close();
	if (document.hidden) return;
	const {me} = app().dataset;
	stream = new EventSource(`/live?as=${encodeURIComponent(me)}&after=${shown}`);
	const alive = () => { // three signs of life missed: the connection is dead, even where nothing says so
		clearTimeout(silence);
		silence = setTimeout(listen, 60000);
	};
	alive();
	stream.addEventListener('alive', alive);
	stream.addEventListener('hello', () => notice(''));
	stream.addEventListener('people', event => { document.querySelector('.people').outerHTML = JSON.parse(event.data); });
	stream.addEventListener('message', event => {
		shown = Number(event.lastEventId);
		receive(JSON.parse(event.data));
	});
	stream.addEventListener('error', () => {
		const refused = stream.readyState === EventSource.CLOSED;
		notice('The connection is lost. Trying again; what you have written stays here.' + (refused ? ' If this stays, reload the page.' : ''));
		if (refused) retry = setTimeout(listen, 2000);
	});
}

const atEnd = log => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
const toEnd = log => { log.scrollTop = log.scrollHeight; };

// receive shows one change: in the room that is open and in the thread beside it.
function receive(news) {
	const {room, thread} = app().dataset;
	if (news.room === room) {
		if (!news.thread) place(document.getElementById('log'), 'at-' + news.id, news, news.html);
		if (thread && (news.thread === thread || news.id === thread)) place(document.getElementById('side'), 'side-' + news.id, news, news.side);
	}
	if (!news.thread && news.html) {
		const link = document.querySelector(`.rooms a[data-room="${CSS.escape(news.room)}"]`);
		if (link) link.dataset.newest = Math.max(Number(link.dataset.newest), news.number);
		if (news.mine) seen(news.room, news.number);
	}
	unread();
}

// place puts a drawn message where it belongs in a log: in place of its older form, or by its number. The focus stays,
// and a reader who has scrolled up stays there.
function place(log, id, news, html) {
	if (!log) return;
	const old = document.getElementById(id);
	const focused = old?.contains(document.activeElement) ? document.activeElement : null;
	const end = atEnd(log);
	if (!html) {
		const next = old?.nextElementSibling || old?.previousElementSibling;
		old?.remove();
		if (focused) (next || log).focus();
	} else if (old) {
		htmx.swap({text: html, target: old, swap: 'outerMorph', sourceElement: log});
		localise(log);
		if (focused && document.activeElement !== focused) (document.getElementById(focused.id) || document.getElementById(id)).focus();
	} else {
		const box = document.createElement('template');
		box.innerHTML = html;
		const message = box.content.firstElementChild;
		const next = [...log.querySelectorAll(':scope > .message')].find(m => Number(m.dataset.number) > news.number);
		log.insertBefore(message, log.id === 'side' && next === log.firstElementChild ? next.nextElementSibling : next || null);
		htmx.process(message);
		localise(log);
	}
	const message = document.getElementById(id);
	if (old && message && news.mine) speak([...message.querySelectorAll('.said > :not(.by, .buttons, .thread-link)')].map(e => e.innerText).join(' ')); // logs announce only what is added
	if (end || news.mine) reveal(log, message);
	else if (log.id === 'log' && !old) document.querySelector('.jump').hidden = false;
}

// reveal scrolls to what is new: all of it, or its beginning where it is longer than the window.
function reveal(log, message) {
	if (message && message.offsetHeight > log.clientHeight) message.scrollIntoView({block: 'start'});
	else if (message && message !== log.lastElementChild) message.scrollIntoView({block: 'nearest'});
	else toEnd(log);
}

// ---- Unread rooms: what this browser has shown of each ----

const seenName = room => `seen:${app().dataset.me}:${room}`;

function seen(room, number) {
	if (Number(localStorage.getItem(seenName(room)) || 0) < number) localStorage.setItem(seenName(room), number);
}

function unread() {
	for (const link of document.querySelectorAll('.rooms a[data-room]')) {
		const {room, newest} = link.dataset;
		if (room === app().dataset.room && !document.hidden) seen(room, Number(newest));
		link.querySelector('.unread').hidden = Number(newest) <= Number(localStorage.getItem(seenName(room)) || 0);
	}
}

// ---- The whole page ----

// arrived takes care of a page that has just been drawn, by the server or by htmx.
function arrived() {
	localise(document);
	restoreComposers();
	unread();
	for (const log of document.querySelectorAll('.log')) {
		toEnd(log);
		sizes.observe(log);
		setTimeout(() => log.setAttribute('aria-live', 'polite'), 1000); // what stood there already is not announced
	}
	document.querySelector('.jump').hidden = true;
	document.querySelector('.rooms [aria-current]').scrollIntoView({block: 'nearest', inline: 'nearest'});
	const {room} = app().dataset;
	if (room.startsWith('d:') && !document.querySelector('#log .message')) {
		send(new Map([['kind', 'home'], ['token', token({})], ['room', room]])).catch(() => {}); // the bot greets
	}
	const rev = Number(app().dataset.rev);
	if (shown === undefined || rev < shown) {
		shown = rev; // the page may lack what came while it was on its way
		listen();
	}
}

// A log that shows its end keeps showing it when the window, or the composer below, takes another size.
const ends = new WeakMap();
const sizes = new ResizeObserver(entries => {
	for (const {target} of entries) if (ends.get(target) !== false) toEnd(target);
});

// Links stay with the member whom this tab shows, whoever the browser's other tabs act as.
document.addEventListener('htmx:config:request', event => {
	event.detail.ctx.request.headers['Greenroom-Member'] = app().dataset.me;
});

// What is not a page of the playground is shown by the browser itself; a server that cannot be reached is said.
document.addEventListener('htmx:before:swap', event => {
	const {ctx} = event.detail;
	if (!ctx.response || ctx.response.status === 200) return;
	event.preventDefault();
	location.assign(ctx.request.action);
});
document.addEventListener('htmx:error', () => trouble('Greenroom cannot be reached: try again in a moment.'));

let here = '';
document.addEventListener('htmx:after:swap', () => {
	if (location.pathname === here) return;
	const {thread} = app().dataset;
	const leaving = here;
	here = location.pathname;
	arrived();
	if (thread) document.querySelector('aside [name=text]').focus();
	else if (leaving.includes('/t/')) {
		const id = 'at-' + decodeURIComponent(leaving.split('/t/')[1]);
		(document.getElementById(id + '-thread') || document.querySelector('.room [name=text]')).focus();
	} else document.querySelector('.room [name=text]').focus();
});

document.addEventListener('click', event => {
	const button = event.target.closest('button, [role=option]');
	if (!button) return;
	if (button.dataset.from) accept(document.querySelector(`[aria-controls="${CSS.escape(button.parentElement.id)}"]`), button);
	else if (button.closest('.message') && button.dataset.value) click(button);
	else if (button.hasAttribute('data-close')) button.closest('dialog').close();
	else if (button.dataset.dialog) {
		remember(button);
		document.getElementById(button.dataset.dialog).showModal();
	} else if (button.hasAttribute('data-jump')) {
		toEnd(document.getElementById('log'));
		document.querySelector('.room [name=text]').focus();
	}
});

document.addEventListener('submit', event => {
	if (!event.target.hasAttribute('data-composer')) return;
	event.preventDefault();
	say(event.target);
});

document.addEventListener('input', event => {
	const text = event.target;
	if (!text.closest('[data-composer]')) return;
	sessionStorage.setItem(composerDraft(text), text.value);
	text.form.querySelector('.error').textContent = '';
	complete(text);
});

document.addEventListener('focusout', event => {
	if (event.target.matches('[data-composer] textarea')) {
		setTimeout(() => { if (document.activeElement !== event.target) close(event.target); }, 150); // a click on the list comes first
	}
});

// Arrow keys walk through the messages of a log; Escape leaves a thread.
document.addEventListener('keydown', event => {
	const {target} = event;
	if (target.matches('[data-composer] textarea') && composerKey(event, target)) {
		event.preventDefault();
		event.stopPropagation();
		return;
	}
	if (event.key === 'Escape' && target.closest('aside')) {
		document.getElementById('thread-close').click();
		return;
	}
	const log = target.closest('.log');
	if (!log || (target !== log && !target.classList.contains('message'))) return;
	const messages = [...log.querySelectorAll(':scope > .message')];
	const at = messages.indexOf(target);
	const next = {ArrowUp: at < 0 ? messages.length - 1 : at - 1, ArrowDown: at < 0 ? 0 : at + 1, Home: 0, End: messages.length - 1}[event.key];
	if (next === undefined || !messages[next]) return;
	event.preventDefault();
	messages[next].focus();
});

document.addEventListener('scroll', event => {
	const log = event.target;
	if (!(log instanceof Element) || !log.matches('.log')) return;
	ends.set(log, atEnd(log));
	if (log.id === 'log' && atEnd(log)) document.querySelector('.jump').hidden = true;
}, true);

document.getElementById('acting').addEventListener('close', giveBackFocus);
document.addEventListener('visibilitychange', () => {
	listen();
	unread();
});

here = location.pathname;
arrived();
document.querySelector('.room [name=text]').focus();
