// Where one writes: sending in order, and completing commands.
'use strict';

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
