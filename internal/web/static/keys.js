// Single keys of the workspace. Each only does what a link or button of the page does too; none saves
// anything but "u", which takes an answer back. They are off while a text field has the focus, and can be
// switched off or given other keys; that is kept in this browser.
(function () {
	"use strict";
	var kept = {}, name = "waymark.keys";
	try { kept = JSON.parse(localStorage.getItem(name)) || {}; } catch (e) { kept = {}; }
	function keep() { try { localStorage.setItem(name, JSON.stringify(kept)); } catch (e) { /* it holds for this page only */ } }
	var panel = document.getElementById("keys"), on = document.getElementById("keyson");
	if (!panel || !on) return;
	document.getElementById("keyswitch").hidden = false;
	document.getElementById("keyform").addEventListener("submit", function (event) { event.preventDefault(); });
	on.checked = !kept.off;
	on.addEventListener("change", function () { kept.off = !on.checked; keep(); });
	panel.querySelectorAll("input[data-of]").forEach(function (field) {
		var of = field.dataset.of;
		field.hidden = false;
		field.value = (kept.map && kept.map[of]) || of;
		field.addEventListener("change", function () {
			kept.map = kept.map || {};
			if (field.value.trim()) kept.map[of] = field.value.trim(); else { delete kept.map[of]; field.value = of; }
			keep();
		});
	});
	// The key as it stands in the list: another layout (Arabic, Russian) has the same places.
	function meaning(event) {
		var map = kept.map || {}, typed = event.key, plain = /^Key([A-Z])$/.exec(event.code);
		for (var of in map) if (map[of] === typed) return of;
		if (map[typed] && map[typed] !== typed) return "";
		if (typed.length === 1 && typed.charCodeAt(0) > 127 && plain) {
			typed = plain[1].toLowerCase();
			if (map[typed]) return "";
		}
		return typed;
	}
	function typing(e) {
		return e && (e.tagName === "TEXTAREA" || e.tagName === "SELECT" || e.isContentEditable || (e.tagName === "INPUT" && !/^(radio|checkbox|submit|button)$/.test(e.type)));
	}
	function items() { return Array.prototype.slice.call(document.querySelectorAll("a[data-item]")); }
	function move(step) {
		var list = items();
		if (!list.length) return false;
		var row = document.activeElement && document.activeElement.closest(".deskrow");
		var at = row ? list.indexOf(row.querySelector("a[data-item]")) : -1;
		var next = list[Math.max(0, Math.min(list.length - 1, at < 0 ? (step > 0 ? 0 : list.length - 1) : at + step))];
		next.focus();
		return true;
	}
	function here() { return document.activeElement && document.activeElement.closest(".deskrow"); }
	document.addEventListener("keydown", function (event) {
		if (event.ctrlKey && event.key === "Enter" && event.target.form && event.target.form.id === "answer") {
			event.preventDefault();
			event.target.form.requestSubmit();
			return;
		}
		if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
		if (typing(event.target)) {
			if (event.key === "Escape") event.target.blur();
			return;
		}
		if (kept.off) return;
		var key = meaning(event), done = true;
		var there = /^[a-zA-Z?]$|^Escape$/.test(key) ? document.querySelector('[data-key="' + key + '"]') : null;
		if (key === "?") { panel.open = !panel.open; if (panel.open) panel.querySelector("summary").focus(); }
		else if (there && there.type === "radio") {
			there.checked = true;
			var first = key === "a" ? document.querySelector("#change input") : null;
			(first || document.getElementById("reason")).focus();
		} else if (there) there.click();
		else if (key === "j" || key === "k") done = move(key === "j" ? 1 : -1);
		else if (here() && key === "o") here().querySelector("a[data-item]").click();
		else if (here() && /^[apnr]$/.test(key)) here().querySelector('a[data-quick="' + key + '"]').click();
		else done = false;
		if (done) event.preventDefault();
	});
	// Whoever comes with an answer chosen goes on with its reason.
	if (/[?&]code=/.test(location.search) && document.getElementById("reason")) document.getElementById("reason").focus();
})();
