import { $, name, text } from '/console/view.js';
import { events, open } from '/console/http.js';

const KEPT = 300;
let following = null;

// What functions print, while a person looks at it: a page that nobody sees follows nothing.
async function follow() {
  following?.abort();
  if (!$('output').open || document.hidden) return;
  const mine = new AbortController();
  following = mine;
  $('output-lines').replaceChildren();
  text('output-note', 'Nothing has been printed yet.');
  try {
    const of = $('output-of').value.trim();
    const answer = await open('/api/logs' + (of ? '?function=' + encodeURIComponent(of) : ''), { signal: mine.signal });
    if (!answer.ok) {
      text('output-note', name((await answer.json()).message, 400));
      return;
    }
    await events(answer.body, (kind, told) => {
      if (kind === 'line') show(told);
      if (kind === 'dropped') note(`${told.lines} lines were missed`);
    });
  } catch (gone) {
    // Told below, unless this page has ended it itself.
  }
  if (following === mine && !mine.signal.aborted) {
    note('connection lost');
    setTimeout(() => following === mine && follow(), 2_000);
  }
}

function show(told) {
  add(`${new Date(told.at).toLocaleTimeString()} ${name(told.image, 60)} ${told.container.slice(-6)} `
    + `${told.source === 'stderr' ? '!' : '|'} ${name(told.text, 2_000)}`);
}

function note(what) {
  add('— ' + what);
}

function add(line) {
  const lines = $('output-lines');
  const atEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 20;
  const at = document.createElement('div');
  at.textContent = line;
  lines.append(at);
  while (lines.childElementCount > KEPT) lines.firstChild.remove();
  text('output-note', `The last ${KEPT} lines at most; | is standard output, ! standard error.`);
  if (atEnd) lines.scrollTop = lines.scrollHeight;
}

$('output').addEventListener('toggle', follow);
$('output-form').addEventListener('submit', (event) => {
  event.preventDefault();
  follow();
});
document.addEventListener('visibilitychange', follow);
