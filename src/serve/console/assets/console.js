// What the pages need of a browser: forms that ask /admin/*, keys, times, and what is said about it all.
"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  // Said for a while, and read out.
  const say = (text) => {
    const line = make("p", { textContent: text });
    one("#said").append(line);
    setTimeout(() => line.remove(), 6000);
  };
  // On the page that comes next.
  const sayThere = (text) => sessionStorage.setItem("said", text);
  const kept = sessionStorage.getItem("said");
  if (kept) { sessionStorage.removeItem("said"); say(kept); }

  // What answers are shown with, by name; each takes the answer and gives nodes.
  const views = {};
  globalThis.mcpgw = { make, views };

  // Forms.

  const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
  const list = (text) => text.split(/[\s,]+/).filter(Boolean);
  // What is before and after the place in each line where `find` finds the separator.
  const pairs = (text, find, wanted) => lines(text).map((line) => {
    const at = find(line);
    if (at < 1) throw new Error(`“${line}” is not ${wanted}`);
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
  const number = (text) => {
    const value = Number(text);
    if (!Number.isFinite(value)) throw new Error(`“${text}” is no number`);
    return value;
  };
  const reading = {
    text: (text) => text,
    boolean: (text) => text === "true",
    number,
    integer: (text) => {
      const value = number(text);
      if (!Number.isInteger(value)) throw new Error(`“${text}” is no whole number`);
      return value;
    },
    json: (text) => {
      try { return JSON.parse(text); } catch (error) { throw new Error(`This is no JSON: ${error.message}`); }
    },
    lines,
    list,
    headers: (text) => Object.fromEntries(pairs(text, (line) => line.indexOf(":"), "NAME: VALUE")),
    variables: (text) => Object.fromEntries(pairs(text, (line) => line.indexOf("="), "NAME=VALUE")),
    // A tool's name may have any sign in it.
    scopes: (text) => Object.fromEntries(pairs(text, (line) => line.lastIndexOf("="), "TOOL=SCOPE SCOPE")
      .map(([name, value]) => [name, list(value)])),
    each: (text) => text.trim() || undefined,
  };

  // What a control says; undefined where it says nothing.
  const valueOf = (control) => {
    const isOneOfMany = control.type === "radio" || (control.type === "checkbox" && control.dataset.type === "each");
    if (isOneOfMany) return control.checked ? control.value : undefined;
    if (control.type === "checkbox") return control.checked;
    const kind = control.dataset.type || "text";
    if (control.value === "") return undefined;
    return reading[kind](control.value);
  };

  // Where it goes. The names of a tool's arguments are a stranger's: they are no names of controls, and have no parts.
  const placeOf = (control) => control.dataset.key !== undefined ? [control.dataset.key] : control.name.split(".");

  const put = (body, place, value, isEach) => {
    const last = place.at(-1);
    for (const part of place.slice(0, -1)) body = body[part] ??= Object.create(null);
    body[last] = isEach ? [...(body[last] || []), value] : value;
  };

  const controlsOf = (form) => [...form.elements].filter((control) =>
    control.matches("input, select, textarea") && (control.name || control.dataset.key !== undefined) && !control.matches(":disabled"));

  const bodyOf = (form, submitter) => {
    const body = Object.create(null);
    for (const control of [...controlsOf(form), ...(submitter?.name ? [submitter] : [])]) {
      let value;
      try { value = valueOf(control); } catch (error) { error.control = control; throw error; }
      if (value !== undefined) put(body, placeOf(control), value, control.dataset.type === "each");
    }
    const { wrap } = form.dataset;
    return wrap === undefined ? body : { [wrap]: body };
  };

  const forget = (form) => {
    all(".problem[data-said], .problem-part", form).forEach((each) => each.remove());
    all("[aria-invalid]", form).forEach((each) => { each.removeAttribute("aria-invalid"); each.removeAttribute("aria-errormessage"); });
  };

  // The control of a field: of that name, else the one that the field is a part of, else a part of the field itself.
  const controlOf = (form, field) => {
    const controls = controlsOf(form).filter((each) => each.type !== "hidden");
    return controls.find((each) => each.name === field || each.dataset.key === field)
      || controls.find((each) => each.name && (field.startsWith(`${each.name}.`) || field.startsWith(`${each.name}[`)))
      || controls.find((each) => each.name.endsWith(`.${field}`));
  };

  // Beside the control it is about; else where the form begins.
  const complain = (form, message, field, control) => {
    if (!form.isConnected) return say(message);
    const named = control || (field && controlOf(form, field));
    const problem = make("p", { className: "problem", textContent: message, id: `problem-${Math.random().toString(36).slice(2)}` });
    problem.dataset.said = "";
    problem.setAttribute("role", "alert");
    if (named) {
      named.setAttribute("aria-invalid", "true");
      named.setAttribute("aria-errormessage", problem.id);
      named.after(problem);
      for (let part = named; part; part = part.parentElement) if (part.localName === "details") part.open = true;
      named.focus();
    } else {
      form.prepend(problem);
      problem.scrollIntoView({ block: "nearest" });
    }
    return problem;
  };

  const here = () => location.pathname + location.search;

  // What somebody typed is not lost unasked. Before anybody is logged in, there is nothing to lose.
  const token = one('meta[name="csrf-token"]');
  const dirty = new Set();
  if (token) {
    document.addEventListener("input", ({ target: { form } }) => { if (form?.dataset.admin !== undefined) dirty.add(form); });
    document.addEventListener("reset", ({ target }) => dirty.delete(target));
    addEventListener("beforeunload", (event) => { if ([...dirty].some((form) => form.isConnected)) event.preventDefault(); });
  }

  // The session is over: to a new one, or where something was typed, to one beside it.
  const toLogin = () => {
    const login = `/ui/login?next=${encodeURIComponent(here())}`;
    const form = [...dirty].find((form) => form.isConnected);
    if (!form) return location.assign(login);
    if (one(".log-in", form)) return;
    const link = make("a", { className: "log-in", href: login, target: "_blank", rel: "noopener", textContent: "Log in in another tab" });
    complain(form, "Your session has ended. What you typed is still here. ").append(link, ", then send it again.");
  };

  // Whoever logged in again in another tab has another token. Whether there is one, for the same person.
  const renewed = async () => {
    const response = await ask("GET", "/admin/session");
    if (!response.ok) return false;
    const { email, csrf_token: now } = await response.json();
    if (now === token.content || email !== one("#email-of-session").textContent) return false;
    token.content = now;
    return true;
  };

  const ask = (method, path, body, etag) => {
    const options = { method, headers: { Accept: "application/json" } };
    if (etag) options.headers["If-Match"] = `"${etag}"`;
    if (token) options.headers["X-CSRF-Token"] = token.content;
    if (body !== undefined) {
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    return fetch(path, options);
  };

  const answerOf = async (response) => {
    const text = await response.text();
    try { return JSON.parse(text); } catch { return { error: { message: text || `HTTP ${response.status}` } }; }
  };

  const confirmed = (said, deed) => {
    const wanted = said.confirm;
    if (wanted === undefined) return Promise.resolve(true);
    const dialog = one("#confirm"), name = one("#confirm-name"), go = one('button[value="yes"]', dialog);
    one("#confirm-text").textContent = said.confirmText || "This cannot be undone.";
    one("#confirm-wanted").textContent = wanted;
    go.textContent = deed || "Go on";
    name.value = "";
    go.disabled = true;
    name.oninput = () => { go.disabled = name.value !== wanted; };
    dialog.returnValue = "no";
    dialog.showModal();
    name.focus();
    return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes" && name.value === wanted), { once: true }));
  };

  const succeeded = (form, said, answer, submitter) => {
    // A button that only asks beside what the form itself does has saved nothing.
    if (!(submitter?.dataset.admin && said.result)) dirty.delete(form);
    if (said.result) {
      const target = one(said.result);
      const view = views[said.show];
      target.hidden = false;
      target.replaceChildren(...(view ? view(answer, form) : [make("pre", { textContent: JSON.stringify(answer, null, 2) })]));
      target.scrollIntoView({ block: "nearest" });
    }
    // To a page of its own, for what has one.
    const to = said.thenNamed ? said.thenNamed.replace("{name}", encodeURIComponent(answer.name)) : said.then;
    if (said.said) (to || said.reload !== undefined ? sayThere : say)(said.said);
    if (to && to !== here()) location.assign(to);
    else if (to || said.reload !== undefined) location.reload();
  };

  // Somebody else was faster: what they made of it beside what is about to be sent.
  const compare = async (form, said, mine, path) => {
    const response = await ask("GET", path);
    const theirs = await answerOf(response);
    const problem = complain(form, "Somebody else has changed this since you opened it. Nothing of yours was saved.");
    if (!response.ok || !problem) return;
    const known = (values, place) => place.reduce((at, part) => at?.[part], values);
    const shown = (value) => Array.isArray(value) ? value.join("\n") : typeof value === "string" ? value
      : value === undefined || value === null ? "" : JSON.stringify(value, null, 1);
    const rows = [];
    for (const control of controlsOf(form)) {
      const place = placeOf(control);
      const [yours, now] = [shown(known(mine, place)), shown(known(theirs, place))];
      const isNothing = (text) => text === "" || text === "{}";
      if (yours === now || (isNothing(yours) && isNothing(now))) continue;
      const label = control.labels?.[0]?.textContent || control.name;
      rows.push(make("tr", {}, make("th", { scope: "row", textContent: label }), ...differing(yours, now)));
    }
    const head = ["Field", "Yours", "Theirs, as it is now"].map((text) => make("th", { scope: "col", textContent: text }));
    const table = make("table", { className: "difference" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
    const over = make("button", { type: "button", className: "danger", textContent: "Save mine over theirs" });
    over.addEventListener("click", () => {
      form.dataset.etag = (response.headers.get("ETag") || "").replaceAll('"', "");
      form.requestSubmit();
    });
    const take = make("button", { type: "button", className: "plain", textContent: "Drop mine and show theirs" });
    take.addEventListener("click", () => { dirty.delete(form); location.reload(); });
    problem.after(...[make("div", { className: "scroll", tabIndex: 0 }, table), make("p", { className: "row" }, over, " ", take)].map((node) => {
      node.dataset.said = "";
      node.classList.add("problem-part");
      return node;
    }));
  };

  // Two texts, the lines marked that the other one has not.
  const differing = (yours, now) => {
    const [left, right] = [yours.split("\n"), now.split("\n")];
    const cell = (own, other) => make("td", {}, ...own.map((line) =>
      make(other.includes(line) ? "span" : "mark", { className: "line", textContent: line || " " })));
    return [cell(left, right), cell(right, left)];
  };

  const send = async (form, submitter) => {
    forget(form);
    const said = { ...form.dataset, ...submitter?.dataset };
    const [method, template] = said.admin.split(" ");
    const path = all("[data-in-path]", form).reduce(
      (path, control) => path.replace(`{${control.dataset.inPath}}`, encodeURIComponent(control.value)), template);
    let body;
    try { body = bodyOf(form, submitter); } catch (error) { return complain(form, error.message, undefined, error.control); }
    if (!(await confirmed(said, submitter?.textContent))) return;
    const buttons = all("button:enabled", form);
    buttons.forEach((button) => { button.disabled = true; });
    form.setAttribute("aria-busy", "true");
    if (said.result) { one(said.result).hidden = true; one(said.result).replaceChildren(); }
    try {
      const sent = () => ask(method, path, method === "DELETE" ? undefined : body, said.etag);
      let response = await sent();
      if (response.status === 403 && token && await renewed()) response = await sent();
      const answer = await answerOf(response);
      if (response.ok) return succeeded(form, said, answer, submitter);
      const { message, help, field } = answer.error || {};
      const text = [message, help].filter(Boolean).join("\n");
      if (response.status === 401 && path !== "/admin/login") return toLogin();
      if (response.status === 409 && said.etag && method !== "DELETE") return await compare(form, said, body, path);
      complain(form, text || `HTTP ${response.status}`, field);
    } catch {
      complain(form, "The gateway cannot be reached. Nothing was changed as far as can be told; try again.");
    } finally {
      buttons.forEach((button) => { button.disabled = false; });
      form.removeAttribute("aria-busy");
    }
  };

  document.addEventListener("submit", (event) => {
    if (event.target.dataset.admin === undefined) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });

  // What the browser itself finds wrong is said in the same place as everything else; one fault at a time.
  document.addEventListener("invalid", (event) => {
    const control = event.target, form = control.form;
    if (form?.dataset.admin === undefined) return;
    event.preventDefault();
    if (control !== one("input:invalid, select:invalid, textarea:invalid", form)) return;
    forget(form);
    complain(form, control.value && control.title ? control.title : control.validationMessage, undefined, control);
  }, true);

  // Parts of a form that one of its choices wants.
  const chooses = (control) => {
    if (control.type === "radio" && !control.checked) return;
    all("[data-for]", control.form).forEach((part) => {
      part.hidden = part.disabled = !part.dataset.for.split(" ").includes(control.value);
    });
  };
  all("[data-chooses]").forEach(chooses);
  document.addEventListener("change", (event) => { if (event.target.matches("[data-chooses]")) chooses(event.target); });

  // A text that a link brings where no server and no log sees it.
  all("[data-from-hash]").forEach((control) => { control.value = location.hash.slice(1); history.replaceState(null, "", here()); });

  // Live parts.

  const connection = one("#connection");
  const isConnected = (is) => { if (connection) connection.hidden = is; };
  document.addEventListener("htmx:sseError", async ({ detail: { source } }) => {
    isConnected(false);
    // It was answered with something else than events: the page for logging in, where the session is over.
    if (source.readyState !== EventSource.CLOSED) return;
    const response = await ask("GET", "/admin/session").catch(() => undefined);
    if (response?.status === 401) toLogin();
  });
  document.addEventListener("htmx:sseOpen", () => isConnected(true));
  document.addEventListener("htmx:sendError", () => isConnected(false));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) isConnected(true); });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) return toLogin();
    const text = `The gateway answered ${event.detail.xhr.status}. Load the page again to try once more.`;
    event.detail.target.replaceChildren(make("p", { className: "problem", textContent: text }));
  });

  // Times: how long ago; the exact moment is in the title.
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const tellTimes = () => all("time[datetime]").forEach((time) => {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) || units[3];
    const text = words.format(Math.round(seconds / size), unit);
    if (time.textContent !== text) time.textContent = text;
  });
  tellTimes();
  setInterval(tellTimes, 15000);
  document.addEventListener("htmx:afterSwap", tellTimes);
  document.addEventListener("htmx:sseMessage", tellTimes);

  // Light and dark.
  one("#theme")?.addEventListener("click", () => {
    const isDark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    const chosen = isDark ? "light" : "dark";
    document.documentElement.dataset.theme = chosen;
    localStorage.setItem("theme", chosen);
  });

  // Keys.
  const shortcuts = one("#shortcuts");
  one("#keys")?.addEventListener("click", () => shortcuts.showModal());
  let isGoing = false;
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, dialog[open], [contenteditable]");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isGoing) {
      isGoing = false;
      const link = one(`nav a[data-key="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") {
      isGoing = true;
      setTimeout(() => { isGoing = false; }, 1500);
    } else if (event.key === "/") {
      const search = one("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "?" && shortcuts) {
      shortcuts.showModal();
    }
  });
})();
