// One server's row: its name and what it is now at the left, its lane at the right.
import type { Disposable } from '../base/disposable.ts';
import { type Lane, upShare } from '../core/timeline/lane.ts';
import type { Speech } from '../core/timeline/words.ts';
import { element, setAttribute, setText } from './elements.ts';
import { createPlot, type PlotPorts, type Scene } from './plot.ts';
import type { Language } from './speech.ts';

export interface LaneRow extends Disposable {
  readonly root: HTMLElement;
  /** The lane itself, which takes the keyboard. */
  readonly stage: HTMLElement;
  readonly lane: Lane;
  draw(scene: Scene, speech: Speech): void;
}

const shareWords = (scene: Scene, { say }: Speech, { percent }: Language): string => {
  const { span } = scene.stretch;
  const share = upShare(scene.lane, span.from, span.to, scene.now);
  return share === null ? '' : say('{0} up', percent(share));
};

export interface LaneRowPorts extends PlotPorts {
  /** The name was chosen. */
  readonly choose: (serverId: string) => void;
}

/** The lane itself: arrow keys go to it, and not to a screen reader's own reading. */
const stageElement = (label: string): HTMLElement =>
  element('div', {
    className: 'stage',
    attributes: { role: 'application', 'aria-roledescription': label, tabindex: '-1' },
  });

export const createLaneRow = (lane: Lane, ports: LaneRowPorts, width: number): LaneRow => {
  const { say } = ports.language();
  const { serverId } = lane;
  const name = element('button', {
    className: 'server',
    text: serverId,
    attributes: { type: 'button', title: say('{0}: show health report', serverId) },
  });
  name.addEventListener('click', () => ports.choose(serverId));
  const state = element('div', { className: 'state' });
  const share = element('div', { className: 'share' });
  const stage = stageElement(say('timeline'));
  const root = element('section', { className: 'lane', attributes: { 'aria-label': serverId } }, [
    element('div', { className: 'name' }, [
      name,
      element('div', { className: 'facts' }, [state, share]),
    ]),
    stage,
  ]);
  root.dataset['server'] = serverId;
  const plot = createPlot(stage, ports, width);
  let drawn = lane;
  return {
    root,
    stage,
    get lane() {
      return drawn;
    },
    draw: (scene, speech) => {
      drawn = scene.lane;
      const [now, part] = [drawn.state, shareWords(scene, speech, ports.language())];
      setText(state, now);
      setText(share, part);
      const spoken = [serverId, now, part].filter((text) => text !== '').join(', ');
      const hint = speech.say('Left and right step through what happened, plus and minus zoom.');
      setAttribute(stage, 'aria-label', `${spoken}. ${hint}`);
      plot.draw(scene);
    },
    dispose: () => {
      plot.dispose();
      root.remove();
    },
  };
};
