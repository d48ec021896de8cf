import './styles/styles.css';
import { render } from 'preact';
import { App } from './app.js';
import { startCatalogue } from './text/text.js';
import { watchVersions } from './worker/version.watcher.js';

// The first words on the screen are in the language of the person, so it is there before anything is drawn.
await startCatalogue();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
watchVersions();
