"use strict";
// Everything that handlers and clients wrote is put into the page as text, never as markup.

const SHOWN = 50;
const RECORDS_SHOWN = 500;
const POLL_MS = 1000;
const TIMEOUT_MS = 10000;

const at = (id) => document.getElementById(id);
const rowsOf = (id) => at(id).querySelector(".rows");
const emptyOf = (id) => at(id).querySelector(".empty");
const plural = (count, word, many = `${word}s`) => `${count} ${count === 1 ? word : many}`;

/** An element with properties, data attributes and children; strings become text nodes. */
function make(tag, { data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

/** Replace the rows of a section; the focus stays where it was. */
function show(id, rows) {
  const list = rowsOf(id);
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  list.replaceChildren(...rows);
  emptyOf(id).hidden = rows.length > 0;
  if (focused) {
    [...list.querySelectorAll("[data-key]")].find((each) => each.dataset.key === focused)?.focus();
  }
}

// Asking the server.

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    body: body && JSON.stringify(body),
    cache: "no-store",
    signal: method === "GET" ? AbortSignal.timeout(TIMEOUT_MS) : undefined,
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const state = { now: 0, chosen: null, chosenSeen: null, seen: {}, letters: new Map() };

/** Whether this differs from what was drawn under that name last. */
function changed(name, value) {
  const text = JSON.stringify(value);
  const differs = state.seen[name] !== text;
  state.seen[name] = text;
  return differs;
}

let timer = 0;
let polls = 0;

async function refresh() {
  clearTimeout(timer);
  const poll = ++polls;
  try {
    const [health, faults, traces, letters] = await Promise.all([
      call("GET", "health"),
      call("GET", "faults"),
      call("GET", `traces?limit=${SHOWN}`),
      call("GET", `deadletters?limit=${SHOWN}`),
    ]);
    if (poll !== polls) return;
    drawHealth(health);
    if (state.chosen === null && traces.traces.length) state.chosen = traces.traces[0].traceId;
    if (changed("traces", [traces, state.chosen])) drawTraces(traces);
    if (changed("faults", faults)) drawFaults(faults);
    if (changed("letters", letters)) drawLetters(letters);
    drawAges();
    await refreshTimeline(traces.traces);
    link("live", "live");
  } catch (error) {
    if (poll !== polls) return;
    link("lost", "the server does not answer");
  }
  if (!document.hidden) timer = setTimeout(refresh, POLL_MS);
}

async function refreshTimeline(traces) {
  const id = state.chosen;
  if (id === null) return;
  const listed = traces.find((trace) => trace.traceId === id);
  const version = listed && `${id} ${listed.records} ${listed.updatedAt}`;
  if (version && state.chosenSeen === version) return;
  const { records } = await call("GET", `traces/${encodeURIComponent(id)}`);
  if (state.chosen !== id) return;
  if (!records.length && !location.hash) {
    state.chosen = null; // a server that was started anew: the next look takes its newest
    return;
  }
  state.chosenSeen = version;
  if (changed("timeline", [id, records])) drawTimeline(id, records);
}

function link(kind, text) {
  at("link").className = kind;
  if (at("link").textContent !== text) at("link").textContent = text;
}

// The header.

function drawHealth({ name, clock }) {
  if (at("name").textContent !== name) at("name").textContent = name;
  document.title = `${name} - appsync-emu`;
  state.now = Date.parse(clock.now);
  at("kind").textContent = clock.kind === "manual" ? "virtual time" : "time";
  at("now").textContent = `${clock.now.slice(0, 10)} ${clock.now.slice(11, -1)} UTC`;
  at("moves").hidden = clock.kind !== "manual";
}

let noticeTimer = 0;

function notice(text, bad = false) {
  const element = at("notice");
  element.textContent = text;
  element.className = bad ? "bad" : "";
  element.hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { element.hidden = true; }, bad ? 12000 : 5000);
}

/** Do something on the server, say how it went, and look again. */
async function act(button, method, path, body, told) {
  button.disabled = true;
  try {
    notice(told(await call(method, path, body)));
  } catch (error) {
    notice(error.message, true);
  } finally {
    button.disabled = false;
  }
  await refresh();
}

// Traces.

const clockOf = (iso) => iso.slice(11, -1);

function drawTraces({ traces, total }) {
  at("traces-count").textContent = total > traces.length
    ? `the newest ${traces.length} of ${total}` : total ? `${total}` : "";
  show("traces", traces.map(traceRow));
}

function traceRow(trace) {
  const left = trace.deliveries - trace.components.length;
  const button = make(
    "button",
    { type: "button", className: "trace", data: { key: `trace ${trace.traceId}` } },
    make("span", { className: "line" },
      make("strong", {}, trace.command ?? (trace.event ? `event ${trace.event}` : "no command")),
      pill(trace.status ?? "nobody listens"),
      make("time", { className: "end soft", title: trace.startedAt }, clockOf(trace.startedAt))),
    make("code", { className: "cut soft line", title: trace.traceId }, trace.traceId),
    make("span", { className: "parts" },
      ...trace.components.map(part),
      left > 0 ? make("span", { className: "soft" }, `and ${left} more`) : null),
  );
  button.setAttribute("aria-pressed", String(trace.traceId === state.chosen));
  button.addEventListener("click", () => choose(trace.traceId));
  return make("li", {}, button);
}

const pill = (text) => make("span", { className: `pill ${text.split(" ")[0]}` }, text);

function part(delivery) {
  const words = [delivery.status];
  if (delivery.attempts) words.push(plural(delivery.attempts, "attempt"));
  if (delivery.retryAt) words.push(`next at ${clockOf(delivery.retryAt)}`);
  if (delivery.errorType) words.push(delivery.errorType);
  if (delivery.deadLetter) words.push("dead letter");
  const copy = delivery.copy ? ` (copy ${delivery.copy})` : "";
  return make("span", { className: "part" },
    make("span", { className: `dot ${delivery.status}` }),
    make("b", {}, delivery.component + copy), " ",
    make("span", { className: "soft" }, words.join(", ")));
}

async function choose(id) {
  state.chosen = id;
  state.chosenSeen = null;
  if (id === null) return;
  history.replaceState(null, "", `#${encodeURIComponent(id)}`);
  await refresh();
  const place = at("timeline").getBoundingClientRect();
  if (place.top > innerHeight - 120 || place.bottom < 0) {
    at("timeline").scrollIntoView({ block: "start", behavior: "smooth" });
  }
}

// The timeline, in words.

const MS_NS = 1e6;

function since(atNs, startNs) {
  // Nanoseconds since 1970 are rounded to 256 of them in JavaScript: less than is shown here.
  const ms = Math.floor((atNs - startNs) / MS_NS + 1e-3);
  const seconds = String(Math.floor(ms / 1000) % 60).padStart(2, "0");
  return `${Math.floor(ms / 60000)}:${seconds}.${String(ms % 1000).padStart(3, "0")}`;
}

function brief(value) {
  const text = JSON.stringify(value) ?? "";
  return text.length > 160 ? `${text.slice(0, 160)}\u2026` : text;
}

/** The arguments of the mutation; when `input` is its only argument, that argument's value. */
function inputOf(event) {
  const given = event.arguments;
  const names = Object.keys(given ?? {});
  return names.length === 1 && names[0] === "input" ? given.input : given;
}

function failure({ attempt, error, applied }) {
  const reason = error.why ? `${error.error_class}: ${error.why}` : error.error_class;
  const why = error.fault ? `fault ${error.fault}` : reason;
  const after = applied ? ", after the handler had returned" : "";
  const message = error.message ? `: ${error.message}` : "";
  return ["bad", `attempt ${attempt}: `, [error.type], message, ` (${why}${after})`];
}

function ending(record) {
  const counted = plural(record.attempts, "attempt");
  if (record.status !== "success") return ["bad", ["error"], ` after ${counted}: ${record.reason}`];
  return ["good", ["success"], record.message ? `: ${record.message}` : ` after ${counted}`];
}

/** A call of a service: whether it happened, and what its caller was told. */
function serviceCall(record) {
  const done = record.applied ? (record.write ? "applied" : "answered") : "not applied";
  const lost = record.applied ? `applied, then ${record.error}` : record.error;
  const phase = record.applied ? "response" : "request";
  const why = record.fault ? ` (fault ${record.fault}, ${phase})` : "";
  return [record.error ? "bad" : "", [`${record.source} ${record.operation}`], `: ${
    record.error ? lost : done}${why}`];
}

/** By kind of record: a tone, then words; those in brackets are emphasised, `given` is data. */
const TOLD = {
  CommandAccepted: (record) => ["", "command ", [record.command], " accepted ",
    { given: brief(inputOf(record.event)) }],
  EventPublished: (record) => ["", "event ", [String(record.event["detail-type"])],
    ` from ${record.by ?? "outside"}, starts ${record.components.join(", ") || "nobody"}`],
  DeliveryAccepted: (record) => ["", record.copy ? "delivered again by a fault" : "accepted"],
  AttemptStarted: (record) => ["", `attempt ${record.attempt} started`],
  AttemptSucceeded: (record) => ["good", `attempt ${record.attempt}: success`],
  AttemptFailed: failure,
  RetryScheduled: (record, start) => ["wait",
    `retry ${record.retry} of ${record.max_retries} due at ${since(record.due_ns, start)}`],
  DeliveryEnded: ending,
  DeadLetterWritten: (record) => ["bad", `dead letter written: ${record.reason}`],
  DeadLetterRedriven: () => ["wait", "redriven from its dead letter"],
  DeadLetterDiscarded: () => ["wait", "dead letter discarded"],
  DataCalled: serviceCall,
  StatusWritten: (record) => ["", "status ", [record.status], " can be read"],
  ComponentCrashed: (record, start) => ["bad", `crashed, restarts at ${
    since(record.restart_ns, start)}${record.fault ? ` (fault ${record.fault})` : ""}`],
  FaultStruck: (record) => ["wait", `fault ${record.fault} struck: ${record.effect} at ${
    record.point === "attempt" ? `attempt ${record.attempt}` : record.point}${
    record.about ? `: ${record.about}` : ""}${record.phase ? ` (${record.phase})` : ""}`],
  FaultsArmed: (record) => ["wait", `armed: ${record.faults.join(", ")}`],
  FaultsHealed: (record) => ["good", `healed: ${record.faults.join(", ")}`],
};

function drawTimeline(id, records) {
  const another = at("timeline-of").textContent !== id;
  at("timeline-of").textContent = id;
  at("timeline-of").title = id;
  emptyOf("timeline").textContent = "Of this trace, nothing is known or kept.";
  const start = records.length ? records[0].at_ns : 0;
  const list = rowsOf("timeline");
  const follow = list.scrollHeight - list.scrollTop - list.clientHeight < 8;
  const rows = records.slice(-RECORDS_SHOWN).map((record) => happening(record, start));
  const left = records.length - rows.length;
  if (left) rows.unshift(make("li", {}, make("span"), make("span"), `${plural(left, "record")} before these`));
  show("timeline", rows);
  if (another) list.scrollTop = 0;
  else if (follow) list.scrollTop = list.scrollHeight;
}

function happening(record, start) {
  const [tone, ...words] = TOLD[record.kind]?.(record, start) ?? ["", record.kind];
  const who = record.component ?? "";
  return make("li", {},
    make("time", { title: new Date(record.at_ns / MS_NS).toISOString() }, since(record.at_ns, start)),
    make("span", { className: "who" }, record.copy ? `${who} (copy ${record.copy})` : who),
    make("span", { className: `words ${tone}` },
      ...words.map(told)));
}

function told(word) {
  if (Array.isArray(word)) return make("b", {}, word[0]);
  return word.given === undefined ? word : make("code", { className: "given" }, word.given);
}

// Faults.

function drawFaults({ faults }) {
  const armed = faults.filter((fault) => fault.armed).length;
  at("faults").hidden = faults.length === 0;
  at("faults-count").textContent = `${armed} of ${faults.length} armed`;
  at("heal-all").hidden = armed === 0;
  show("faults", faults.map(faultRow));
}

function faultRow(fault) {
  const path = `faults/${encodeURIComponent(fault.id)}`;
  const button = make("button", { type: "button", data: { key: `fault ${fault.id}` } },
    fault.armed ? "Heal" : "Arm");
  button.addEventListener("click", () => (fault.armed
    ? act(button, "DELETE", path, undefined, () => `${fault.id} is healed.`)
    : act(button, "POST", "faults", { arm: fault.id }, () => `${fault.id} is armed.`)));
  return make("li", {},
    make("div", { className: "facts" },
      make("div", { className: "line" },
        make("strong", {}, fault.id), pill(fault.armed ? "armed" : "not armed"),
        make("span", { className: "soft" },
          fault.struck ? `struck ${plural(fault.struck, "time")}` : "never struck")),
      make("div", { className: "what" }, fault.says),
      fault.note ? make("div", { className: "what soft" }, fault.note) : null),
    make("div", { className: "buttons" }, button));
}

// Dead letters.

function drawLetters({ deadLetters, total }) {
  state.letters = new Map(deadLetters.map((letter) => [letter.id, letter]));
  at("letters-count").textContent = total > deadLetters.length
    ? `the newest ${deadLetters.length} of ${total}` : total ? `${total}` : "";
  at("redrive-all").hidden = total === 0;
  show("letters", deadLetters.map(letterRow));
}

function letterRow(letter) {
  const { error = {}, count } = lastAttempt(letter);
  const jump = make("button", { type: "button", className: "jump mono", title: "Show its timeline",
    data: { key: `jump ${letter.id}` } }, letter.traceId);
  jump.addEventListener("click", () => choose(letter.traceId));
  return make("li", {},
    make("div", { className: "facts" },
      make("div", { className: "line" },
        make("strong", {}, letter.component), pill(letter.reason),
        make("span", { className: "soft" }, plural(count, "attempt")),
        make("span", { className: "soft", title: letter.writtenAt, data: { since: letter.writtenAt } })),
      make("div", { className: "what" }, make("b", {}, error.errorType ?? "unknown error"),
        error.message ? `: ${error.message}` : ""),
      make("div", { className: "line soft" }, make("span", {}, letter.command ?? "no command"), jump)),
    make("div", { className: "buttons" },
      letterButton(letter, "Inspect", () => inspect(letter.id)),
      letterButton(letter, "Redrive", (button) => act(button, "POST", `${pathOf(letter)}/redrive`, undefined,
        () => `${letter.component} is redriven, under the same trace.`)),
      letterButton(letter, "Discard", (button) => discard(button, letter))));
}

function lastAttempt({ attempts }) {
  return { error: attempts[attempts.length - 1], count: attempts.length };
}

function letterButton(letter, text, does) {
  const button = make("button", { type: "button", data: { key: `${text} ${letter.id}` } }, text);
  button.addEventListener("click", () => does(button));
  return button;
}

const pathOf = (letter) => `deadletters/${encodeURIComponent(letter.id)}`;

function discard(button, letter) {
  if (!confirm(`Discard the dead letter of ${letter.component}? It cannot be redriven afterwards.`)) return;
  act(button, "DELETE", pathOf(letter), undefined, () => `The dead letter of ${letter.component} is discarded.`);
}

function inspect(id) {
  const letter = state.letters.get(id);
  at("letter-title").textContent = `Dead letter of ${letter.component}`;
  at("letter").querySelector("pre").textContent = JSON.stringify(letter, null, 2);
  at("letter").showModal();
}

function drawAges() {
  for (const element of document.querySelectorAll("[data-since]")) {
    const text = `${age(Math.max(0, state.now - Date.parse(element.dataset.since)))} ago`;
    if (element.textContent !== text) element.textContent = text;
  }
}

function age(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} days`;
}

// What the page reacts to.

at("heal-all").addEventListener("click", (event) => act(event.currentTarget, "DELETE", "faults", undefined,
  ({ healed }) => `${plural(healed.length, "fault")} healed.`));
at("redrive-all").addEventListener("click", (event) => act(event.currentTarget, "POST", "deadletters/redrive",
  undefined, ({ redriven }) => `${plural(redriven.length, "dead letter")} redriven.`));
at("moves").addEventListener("submit", (event) => {
  event.preventDefault();
  act(event.submitter ?? at("settle"), "POST", "clock", { advance: at("amount").value.trim() },
    ({ clock }) => `It is ${clock.now} now.`);
});
at("settle").addEventListener("click", (event) => act(event.currentTarget, "POST", "clock", { settle: "1h" },
  ({ clock }) => `Settled; it is ${clock.now} now.`));
at("close").addEventListener("click", () => at("letter").close());
at("letter").addEventListener("click", (event) => {
  if (event.target === at("letter")) at("letter").close();
});
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden) refresh();
});
addEventListener("hashchange", () => choose(chosenInAddress()));

function chosenInAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1)) || null;
  } catch {
    return null;
  }
}

state.chosen = chosenInAddress();
refresh();
