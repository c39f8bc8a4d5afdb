// News over the stream: what is drawn anew, what is announced, which rooms are unread.
'use strict';

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
