// Elements of the page, made without markup: what a server calls itself is text here and nothing else.

interface Look {
  readonly className?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export const element = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { className, text, attributes = {} }: Look = {},
  children: readonly Node[] = [],
): HTMLElementTagNameMap[Tag] => {
  const made = document.createElement(tag);
  if (className !== undefined) made.className = className;
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

/** Writes only what differs, so that a screen reader is not told the same again. */
export const setText = (target: HTMLElement, text: string): void => {
  if (target.textContent !== text) target.textContent = text;
};

export const setAttribute = (target: HTMLElement, name: string, value: string): void => {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
};
