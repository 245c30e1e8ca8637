import { plainText } from '../src/domain/plain-text.js';

/** A piece of HTML that may stand as it is; every text beside it is escaped. */
export class Markup {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

type Part = Markup | string | number | readonly Part[];

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Builds HTML: what is put in is text, unless it was built so itself. Holds no byte that could steer a reader. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(texts.map((text, index) => text + sourceOf(parts[index] ?? '')).join(''));

function sourceOf(part: Part): string {
  if (part instanceof Markup) return part.source;
  if (typeof part === 'string' || typeof part === 'number')
    return plainText(String(part)).replace(/[&<>"']/g, (sign) => ESCAPED[sign] ?? sign);
  return part.map(sourceOf).join('');
}

/** A table; nothing where it has no row. */
export function table(head: readonly string[], rows: readonly (readonly Part[])[]): Markup {
  if (rows.length === 0) return html``;
  return html`<table><thead><tr>${head.map((title) => html`<th>${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table>`;
}

export const codeOf = (text: string): Markup => html`<code>${text}</code>`;
export const preOf = (text: string): Markup => html`<pre>${text}</pre>`;
