// The colours of the editor's theme as the page sees them, read anew when the theme changes. None is our own.
import type { BandLook, Sign } from '../core/timeline/look.ts';

export interface Theme {
  readonly looks: Readonly<Record<BandLook, string>>;
  readonly signs: Readonly<Record<Sign, string>>;
  readonly text: string;
  readonly background: string;
  readonly faint: string;
  readonly grid: string;
  readonly line: string;
  readonly miss: string;
  readonly focus: string;
  readonly font: string;
  /** Colours are outlines there: a filled area would take the contrast from what stands on it. */
  readonly isHighContrast: boolean;
}

/** The orange of charts is that of the minimap, half transparent: too faint for a sign or an edge. */
const opaque = (color: string): string =>
  color
    .replace(/^(#[\da-f]{6})[\da-f]{2}$/i, '$1')
    .replace(/^rgba\((\s*\d+\s*,\s*\d+\s*,\s*\d+\s*),.*\)$/, 'rgb($1)');

const readTheme = (): Theme => {
  const style = getComputedStyle(document.documentElement);
  const text = style.getPropertyValue('--vscode-editor-foreground').trim() || 'CanvasText';
  const color = (name: string, other = text): string =>
    style.getPropertyValue(`--vscode-${name}`).trim() || other;
  const isHighContrast =
    document.body.classList.contains('vscode-high-contrast') ||
    document.body.classList.contains('vscode-high-contrast-light');
  const [blue, orange] = [color('charts-blue'), opaque(color('charts-orange'))];
  const [red, purple] = [color('charts-red'), color('charts-purple')];
  const faint = color('descriptionForeground');
  return {
    looks: {
      up: color('charts-green'),
      weak: color('charts-yellow'),
      trying: blue,
      down: orange,
      person: purple,
      broken: red,
      off: faint,
    },
    signs: {
      restart: blue,
      window: text,
      sleep: purple,
      held: orange,
      unknown: red,
    },
    text,
    background: color('editor-background', 'Canvas'),
    faint,
    grid: isHighContrast ? faint : color('editorWidget-border', faint),
    line: color('charts-foreground'),
    miss: red,
    focus: color('focusBorder'),
    font: color('font-family', 'sans-serif'),
    isHighContrast,
  };
};

export interface ThemeWatch {
  readonly theme: Theme;
}

/** The editor writes a new theme into the class of the body and the style of the root. */
export const watchTheme = (changed: () => void): ThemeWatch => {
  let theme = readTheme();
  const observer = new MutationObserver(() => {
    theme = readTheme();
    changed();
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  return {
    get theme() {
      return theme;
    },
  };
};
