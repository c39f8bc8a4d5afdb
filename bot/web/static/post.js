// Posting what a member did, once; and saying what became of it.
'use strict';

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
