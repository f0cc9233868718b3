// Asks the browser for a passkey and sends its answer with the form. Where the browser has none, the
// form stays hidden and the other ways to sign in serve.
(function () {
	"use strict";
	var keys = window.PublicKeyCredential;
	if (!keys || !keys.parseRequestOptionsFromJSON || !keys.parseCreationOptionsFromJSON) return;
	document.querySelectorAll("form[data-passkey]").forEach(function (form) {
		var make = form.dataset.passkey === "create", problem = form.querySelector("[role=alert]");
		form.closest("section").hidden = false;
		form.addEventListener("submit", function (event) {
			event.preventDefault();
			problem.hidden = true;
			var token = form.elements.token;
			fetch(form.dataset.ask, { method: "POST", body: new URLSearchParams({ what: form.dataset.passkey, token: token ? token.value : "" }) })
				.then(function (r) { if (!r.ok) throw r; return r.json(); })
				.then(function (o) {
					return make ? navigator.credentials.create({ publicKey: keys.parseCreationOptionsFromJSON(o.publicKey) })
						: navigator.credentials.get({ publicKey: keys.parseRequestOptionsFromJSON(o.publicKey) });
				})
				.then(function (key) { form.elements.answer.value = JSON.stringify(key.toJSON()); form.submit(); })
				.catch(function () { problem.hidden = false; });
		});
	});
})();
