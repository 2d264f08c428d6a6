'use strict'
// queries.js PROMETHEUS DASHBOARD RULES: asks a Prometheus for every query of a dashboard, each of which must have an
// answer, and for the state of its rules, each of which must have been evaluated without an error.

const fs = require('fs')
const http = require('http')

const [prometheus, dashboardFile, rulesFile] = process.argv.slice(2)
const TRIES = 30

function get (path) {
  return new Promise((resolve, reject) => {
    http.get(prometheus + path, response => {
      let text = ''
      response.on('data', part => { text += part })
      response.on('end', () => resolve(JSON.parse(text)))
    }).on('error', reject)
  })
}

const pause = millis => new Promise(resolve => setTimeout(resolve, millis))

function queries (dashboard) {
  return dashboard.panels.flatMap(panel => (panel.targets || []).map(target => ({ title: panel.title, text: target.expr })))
}

function filled (text) {
  return text.replaceAll('$__rate_interval', '15s').replaceAll('$instance', '.*')
}

/** What Prometheus says to a query, once it has anything to say. */
async function answer (text) {
  let said
  for (let i = 0; i < TRIES; i++) {
    said = await get('/api/v1/query?query=' + encodeURIComponent(filled(text)))
    if (said.status !== 'success' || said.data.result.length > 0) {
      return said
    }
    await pause(500)
  }
  return said
}

async function main () {
  const dashboard = JSON.parse(fs.readFileSync(dashboardFile, 'utf8'))
  const wanted = queries(dashboard)
  const wrong = []
  for (const { title, text } of wanted) {
    const said = await answer(text)
    // A node that stands alone has no others to tell of.
    const empty = said.status === 'success' && said.data.result.length === 0 && !title.startsWith('Other nodes')
    if (said.status !== 'success' || empty) {
      wrong.push(`${title}: ${text}: ${said.error || 'no answer'}`)
    }
  }
  const rules = (await get('/api/v1/rules')).data.groups.flatMap(group => group.rules)
  const written = fs.readFileSync(rulesFile, 'utf8').match(/- alert: /g).length
  for (const rule of rules) {
    if (rule.health !== 'ok') {
      wrong.push(`${rule.name}: ${rule.health} ${rule.lastError || ''}`)
    }
  }
  if (rules.length !== written) {
    wrong.push(`${rules.length} rules are there, ${written} were written`)
  }
  wrong.forEach(each => console.error('FAILED ' + each))
  console.log(`${wanted.length} queries of the dashboard and ${rules.length} alerts, ${wrong.length} failed`)
  process.exitCode = wrong.length === 0 && wanted.length > 0 ? 0 : 1
}

main()
