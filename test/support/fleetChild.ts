// A fleet in a process of its own, as in an extension host, to be stopped and killed by a test (fleetProcess.ts).
// Takes questions as lines of JSON and answers them so; ends with its parent.
import { createInterface } from 'node:readline';
import { getActiveResourcesInfo } from 'node:process';
import type { StateKind } from '../../src/core/connection/state.ts';
import type { JsonObject } from '../../src/core/rpc.ts';
import { FleetRig, type RigOptions } from './fleetRig.ts';

export interface Question {
  readonly id: number;
  readonly ask:
    | 'call'
    | 'until'
    | 'states'
    | 'catalog'
    | 'heard'
    | 'pending'
    | 'run'
    | 'discard'
    | 'close'
    | 'open';
  readonly server?: string;
  readonly name?: string;
  readonly args?: JsonObject;
}

const rig = new FleetRig(JSON.parse(process.argv[2] ?? '{}') as RigOptions);

const answers: Record<Question['ask'], (question: Question) => unknown> = {
  call: ({ server, name = '', args = {} }) =>
    rig.call(name, args, server === undefined ? {} : { server }),
  until: ({ server, name }) => rig.untilState(name as StateKind, server),
  states: ({ server }) => rig.states(server),
  catalog: ({ server }) => rig.server(server).catalog.value.tools.map(({ name }) => name),
  heard: () => rig.heard,
  pending: () => rig.server().pending.value,
  run: ({ name = '' }) => rig.runPending(name),
  discard: ({ name = '' }) => rig.server().discardPending(name),
  close: () => rig.close(),
  open: () => getActiveResourcesInfo(),
};

const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const answer = async (question: Question): Promise<void> => {
  const { id, ask } = question;
  try {
    say({ id, value: (await answers[ask](question)) ?? null });
  } catch (error) {
    say({ id, error: String(error) });
  }
};

createInterface(process.stdin)
  .on('line', (line) => void answer(JSON.parse(line) as Question))
  .on('close', () => process.exit());
