// Repeats a request that the server was too busy for, after as many seconds as it says.
(() => {
  const MOST = 20;
  const ask = window.fetch.bind(window);
  const texts = {
    en: seconds => `Many people are asking just now: your turn comes in about ${seconds} s.`,
    ro: seconds => `Sunt mulți vizitatori acum: îți vine rândul în circa ${seconds} s.`,
  };
  let notice = null;
  let waiting = 0;

  function say(seconds) {
    if (!notice) {
      notice = document.createElement("div");
      notice.id = "patience";
      notice.setAttribute("role", "status");
      document.body.append(notice);
    }
    notice.textContent = (texts[document.documentElement.lang] || texts.en)(seconds);
    notice.hidden = false;
  }

  async function wait(seconds, signal) {
    waiting += 1;
    try {
      for (let left = seconds; left > 0; left -= 1) {
        if (signal && signal.aborted) return;
        say(left);
        await new Promise(resolve => setTimeout(resolve, 1000));
      }
    } finally {
      waiting -= 1;
      if (!waiting && notice) notice.hidden = true;
    }
  }

  window.fetch = async (resource, options) => {
    // A Request object can be sent only once, so it is passed through; Gradio uses addresses.
    const again = !(resource instanceof Request);
    let answer = await ask(resource, options);
    for (let turn = 0; again && turn < MOST; turn += 1) {
      const seconds = Number(answer.headers.get("Retry-After"));
      if (answer.status !== 503 || !(seconds > 0)) break;
      await wait(Math.min(seconds, 60), options && options.signal);
      answer = await ask(resource, options);
    }
    return answer;
  };
})();
