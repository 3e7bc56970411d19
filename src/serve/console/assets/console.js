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

  // Forms.

  const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
  const reading = {
    text: (text) => text,
    boolean: (text) => text === "true",
    lines,
    list: (text) => text.split(/[\s,]+/).filter(Boolean),
    pairs: (text) => Object.fromEntries(lines(text).map((line) => {
      const at = line.search(/[=:]/);
      if (at < 1) throw new Error(`“${line}” is not NAME=VALUE`);
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    })),
  };

  // What a control says; undefined where it says nothing.
  const valueOf = (control) => {
    if (control.type === "checkbox") return control.checked;
    const kind = control.dataset.type || "text";
    if (control.value === "") return undefined;
    return reading[kind](control.value);
  };

  const bodyOf = (form) => {
    const body = {};
    for (const control of form.elements) {
      if (!control.name || control.disabled || control.type === "submit") continue;
      let value;
      try { value = valueOf(control); } catch (error) { error.control = control; throw error; }
      if (value === undefined) continue;
      body[control.name] = value;
    }
    return body;
  };

  const forget = (form) => {
    all(".problem[data-said]", form).forEach((each) => each.remove());
    all("[aria-invalid]", form).forEach((each) => { each.removeAttribute("aria-invalid"); each.removeAttribute("aria-errormessage"); });
  };

  // Beside the control it is about; else where the form begins.
  const complain = (form, message, field, control) => {
    const named = control || (field && form.elements.namedItem(field));
    const problem = make("p", { className: "problem", textContent: message, id: `problem-${Math.random().toString(36).slice(2)}` });
    problem.dataset.said = "";
    problem.setAttribute("role", "alert");
    if (named && named.type !== "hidden") {
      named.setAttribute("aria-invalid", "true");
      named.setAttribute("aria-errormessage", problem.id);
      named.after(problem);
      named.focus();
    } else {
      form.prepend(problem);
    }
  };

  const here = () => location.pathname + location.search;
  const toLogin = () => location.assign(`/ui/login?next=${encodeURIComponent(here())}`);

  const ask = (method, path, body) => {
    const token = one('meta[name="csrf-token"]')?.content;
    const options = { method, headers: { Accept: "application/json" } };
    if (token) options.headers["X-CSRF-Token"] = token;
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

  const confirmed = (form) => {
    const wanted = form.dataset.confirm;
    if (wanted === undefined) return Promise.resolve(true);
    const dialog = one("#confirm"), name = one("#confirm-name"), go = one('button[value="yes"]', dialog);
    one("#confirm-text").textContent = form.dataset.confirmText || "This cannot be undone.";
    one("#confirm-wanted").textContent = wanted;
    name.value = "";
    go.disabled = true;
    name.oninput = () => { go.disabled = name.value !== wanted; };
    dialog.returnValue = "no";
    dialog.showModal();
    name.focus();
    return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes" && name.value === wanted), { once: true }));
  };

  const succeeded = (form, answer) => {
    if (form.dataset.result) {
      const target = one(form.dataset.result);
      target.hidden = false;
      target.textContent = JSON.stringify(answer, null, 2);
    }
    if (form.dataset.said) say(form.dataset.said);
    if (form.dataset.then) location.assign(form.dataset.then);
    else if (form.dataset.reload !== undefined) location.reload();
  };

  const send = async (form) => {
    forget(form);
    const [method, path] = form.dataset.admin.split(" ");
    let body;
    try { body = bodyOf(form); } catch (error) { return complain(form, error.message, undefined, error.control); }
    if (!(await confirmed(form))) return;
    const buttons = all("button", form);
    buttons.forEach((button) => { button.disabled = true; });
    form.setAttribute("aria-busy", "true");
    try {
      const response = await ask(method, path, method === "DELETE" ? undefined : body);
      const answer = await answerOf(response);
      if (response.ok) return succeeded(form, answer);
      const { message, help, field } = answer.error || {};
      const text = [message, help].filter(Boolean).join("\n");
      if (response.status === 401 && path !== "/admin/login") return toLogin();
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
    send(event.target);
  });

  // A text that a link brings where no server and no log sees it.
  all("[data-from-hash]").forEach((control) => { control.value = location.hash.slice(1); history.replaceState(null, "", here()); });

  // Live parts.

  const connection = one("#connection");
  const isConnected = (is) => { if (connection) connection.hidden = is; };
  document.addEventListener("htmx:sseError", () => isConnected(false));
  document.addEventListener("htmx:sseOpen", () => isConnected(true));
  document.addEventListener("htmx:sendError", () => isConnected(false));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) isConnected(true); });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) return toLogin();
    say(`The gateway answered ${event.detail.xhr.status}.`);
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
