// The page as a whole: it ties the other scripts to what happens, and takes care that the focus is never lost. htmx follows
// links without reloading and morphs messages in place. Everything that is shown comes drawn, and escaped, from the server.
// The scripts share their names; the page loads them in the order times, post, dialogs, composer, news, app.
'use strict';

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
