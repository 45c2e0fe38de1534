// The mail at both widths in both schemes: sandboxed frames as high as what is in them.
const WIDTHS = { desktop: 700, phone: 375 };
const NAMES = {
  desktop: "Desktop", phone: "Phone", light: "light", dark: "dark", outlook: "as Outlook’s Word engine shows it", "images-off": "images off",
};
const devices = [];

for (const scheme of ["light", "dark", "outlook", "images-off"]) {
  const pair = document.createElement("div");
  pair.className = "pair";
  pair.dataset.scheme = scheme;
  for (const at of scheme === "outlook" ? ["desktop"] : Object.keys(WIDTHS)) {
    const figure = document.getElementById("device").content.cloneNode(true).firstElementChild;
    const frame = figure.querySelector("iframe");
    figure.dataset.at = at;
    figure.querySelector(".at").textContent = NAMES[at];
    figure.querySelector(".screen").classList.add(scheme === "dark" ? "dark" : "light");
    figure.querySelector(".inbox").setAttribute("aria-label", `Inbox line, ${at}`);
    frame.title = `The mail: ${at}, ${scheme === "images-off" ? "images off" : scheme}`;
    pair.append(figure);
    devices.push({ at, scheme, figure, frame, paper: figure.querySelector(".paper"), pair, shown: "", sizes: null });
  }
  document.getElementById("pairs").append(pair);
}

// A frame never gets narrower than its device: where there is no room, the picture is scaled instead.
function fit(device) {
  const page = device.frame.contentDocument;
  if (!page?.body || !device.paper.clientWidth) return;
  const scale = Math.min(1, device.paper.clientWidth / WIDTHS[device.at]);
  const height = Math.ceil(Math.max(page.documentElement.offsetHeight, page.body.scrollHeight, 240));
  device.frame.style.height = `${height}px`;
  device.frame.style.transform = scale < 1 ? `scale(${scale})` : "";
  device.paper.style.height = `${Math.ceil(height * scale)}px`;
  const shrunk = scale < 1 ? `, shown at ${Math.round(scale * 100)} %` : "";
  device.scale = scale;
  device.fitted?.(device);
  device.figure.querySelector(".px").textContent = `${WIDTHS[device.at]} px, ${NAMES[device.scheme]}${shrunk}`;
}

const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) fit(devices.find(({ paper }) => paper === target));
});

for (const device of devices) {
  resized.observe(device.paper);
  device.frame.addEventListener("load", () => {
    device.sizes?.disconnect();
    device.sizes = new ResizeObserver(() => fit(device));
    const page = device.frame.contentDocument;
    if (page?.body) device.sizes.observe(page.body);
    fit(device);
    for (const heard of loaded) heard(device);
  });
}

// What is told when a frame has a mail, and which frames are to be seen.
const loaded = [];
export const onLoaded = (heard) => loaded.push(heard);
export const visible = () => devices.filter(({ pair, figure }) => !pair.hidden && !figure.hidden);
export const onFit = (heard) => { for (const device of devices) device.fitted = heard; };

export function showPairs(scheme, width) {
  for (const device of devices) {
    device.pair.hidden = scheme === "both" ? !["light", "dark"].includes(device.scheme) : device.scheme !== scheme;
    const alone = device.scheme === "outlook";
    device.pair.classList.toggle("one", width !== "both" || alone);
    device.figure.hidden = width !== "both" && device.at !== width && !alone;
  }
}

export function showInbox(mail) {
  const name = mail.from.name || mail.from.address;
  const date = new Date(mail.date.slice(0, 10)); // the newsletter's day, not that of the browser's time zone
  for (const { figure } of devices) {
    const put = (part, text) => { figure.querySelector(part).textContent = text; };
    put(".face", [...name][0].toUpperCase());
    put(".inbox .from", name);
    put(".inbox .subject", mail.subject);
    put(".inbox .preheader", mail.preheader);
    put("time", date.toLocaleDateString("en", { month: "short", day: "numeric", timeZone: "UTC" }));
    figure.querySelector("time").dateTime = mail.date;
  }
}

// When the frames that are to be seen have what was asked for last; a frame that never says so is not waited for.
export const settled = () => Promise.race([
  Promise.all(visible().map((device) => device.loading)),
  new Promise((done) => setTimeout(done, 1000)),
]);

// Replaced, not set: a frame's own history would make the browser's Back go through old saves.
export function loadMail(digest, whose, remote) {
  for (const device of devices) {
    const asked = `issue/mail/${device.scheme}?${new URLSearchParams({ digest, ...whose, ...(remote && { remote: 1 }) })}`;
    const address = new URL(asked, document.baseURI).href;
    if (device.shown === address || device.pair.hidden || device.figure.hidden) continue;
    device.shown = address;
    device.loading = new Promise((done) => device.frame.addEventListener("load", () => requestAnimationFrame(() => setTimeout(done)), { once: true }));
    device.frame.contentWindow.location.replace(address);
  }
}
