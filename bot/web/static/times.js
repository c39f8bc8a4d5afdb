// Times, in the reader's zone.
'use strict';

const app = () => document.getElementById('app');
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || '';
const server = Number(app().dataset.now) - Date.now(); // what is to be added to this computer's clock

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
