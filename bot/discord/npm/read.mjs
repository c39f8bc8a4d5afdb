// Reads a JSON array of texts in Discord's markdown and writes, for each, what a reader sees: a list of [text, styles], the styles sorted.
import { readFileSync } from 'node:fs'
import reader from 'discord-markdown-parser'

const shown = {
	text: (n) => n.content,
	twemoji: (n) => n.name,
	br: () => '\n',
	newline: () => '\n',
	inlineCode: (n) => n.content,
	codeBlock: (n) => n.content,
}

const style = (n) => {
	switch (n.type) {
		case 'heading': return 'heading ' + n.level
		case 'codeBlock': return 'block ' + n.lang
		case 'link': case 'url': case 'autolink': return 'link ' + n.target
		default: return n.type
	}
}

const plain = new Set(['text', 'twemoji', 'br', 'newline'])

function runs(nodes, styles, out) {
	for (const n of nodes) {
		const own = plain.has(n.type) ? styles : [...styles, style(n)]
		if (Array.isArray(n.content)) {
			runs(n.content, own, out)
		} else {
			const text = shown[n.type] ? shown[n.type](n) : JSON.stringify(n)
			out.push([text, [...new Set(own)].sort().join(', ')])
		}
	}
	return out
}

const texts = JSON.parse(readFileSync(0, 'utf8'))
process.stdout.write(JSON.stringify(texts.map((t) => runs(reader.parse(t, 'extended'), [], []))))
