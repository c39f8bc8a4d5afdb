// Forms of the bot as dialogs: drafts, errors at their fields, and the focus that comes back.
'use strict';

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
