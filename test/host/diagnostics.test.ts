// What is for others than the user, a bug report and the answer to a model, is in English whatever the editor speaks.
import assert from 'node:assert/strict';
import { realClock } from '../../src/base/clock.ts';
import { Source } from '../../src/base/signal.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';
import { inEnglish } from '../../src/core/wording/english.ts';
import type { Say } from '../../src/core/wording/say.ts';
import { diagnosticsOf } from '../../src/host/copyDiagnostics.ts';
import { healthAnswer } from '../../src/host/healthTool.ts';
import { FakeChronicle } from '../support/fakeChronicle.ts';
import { FakeFleet } from '../support/fakeFleet.ts';

const languageOf = (say: Say): string => (say === inEnglish ? 'English' : "the editor's language");

const healthReport = (_: string | null, say: Say): Promise<string> =>
  Promise.resolve(`# A report in ${languageOf(say)}`);

describe('in English', () => {
  it('are the health report and the complaints in Copy Diagnostics', async () => {
    const text = await diagnosticsOf({
      clock: realClock,
      chronicle: new FakeChronicle(),
      settings: {
        current: new Source(parseSettings({}).settings),
        complaintsIn: (say) => [{ key: 'statusBar', text: `A complaint in ${languageOf(say)}` }],
      },
      gateway: { healthReport },
      diagnosis: { version: '1.0.0', clean: (dirty) => dirty },
    });
    assert.match(text, /^## A report in English$/m);
    assert.match(text, /Not used: A complaint in English$/m);
  });

  it('is the answer of the health tool', async () => {
    const ports = { fleet: new FakeFleet(), healthReport };
    assert.equal(await healthAnswer(ports, {}), '# A report in English');
    assert.match(await healthAnswer(ports, { server: 'nobody' }), /has none configured/);
  });
});
