// Composition root of the timeline's page, which runs in a web view of the editor and knows nothing of the extension but what
// comes through its channel.
import { openChannel } from './timeline/channel.ts';
import { showPage } from './timeline/page.ts';

showPage(openChannel());
