import { $, name, text } from '/console/view.js';
import { ask } from '/console/http.js';

let again = null;

// Each is asked for twice: what it would do is told by the node, and done when the person says so.
export async function act(path) {
  const { status, told } = await ask(path, 'POST');
  again = status === 202 ? path + (path.includes('?') ? '&' : '?') + 'nonce=' + told.nonce : null;
  $('ask-do').hidden = again === null;
  text('ask-text', name(status === 202 ? told.effect : told.message, 1000));
  if (!$('ask').open) $('ask').showModal();
  $(again ? 'ask-do' : 'ask-close').focus();
}

export const evict = (key) => act('/api/functions/' + encodeURIComponent(key) + '/evict');

$('ask-do').addEventListener('click', async () => {
  const { ok, told } = await ask(again, 'POST');
  $('ask').close();
  text('done', name(ok ? told.done : told.message, 1000));
});
$('ask-close').addEventListener('click', () => $('ask').close());
$('drain').addEventListener('click', () => act('/api/node/drain'));
$('level-set').addEventListener('click', () => act('/api/loglevel?level=' + $('level').value));
