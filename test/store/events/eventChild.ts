// A process that opens the event store in the folder given, appends, tells the ids, and is killed by itself in the very next
// statement: nothing that was left for later can happen any more.
import { writeSync } from 'node:fs';
import { openEvents } from '../../../src/store/events/openEvents.ts';
import { note } from './eventFixtures.ts';

const [, , folder = ''] = process.argv;
const { events } = openEvents({ folder });

const ids: string[] = [];
for (let index = 0; index < 100; index += 1) ids.push(events.append('s', note(String(index))));
ids.push(events.append('s', note('x'.repeat(500_000))));
writeSync(1, JSON.stringify(ids));
process.kill(process.pid, 'SIGKILL');
