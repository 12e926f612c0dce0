// How fine a moving picture is: coarser where the computer takes too long for one, at rest always as fine as the screen.
const SLOW = 30; // ms from one picture to the next that are too many
const QUICK = 17.5; // ms that leave room: a step finer then takes less than SLOW
const STEP_COARSER = 0.75;
const COARSEST = 0.4; // of the screen's pixels along a side
const JUDGED = 6; // pictures, by their median: a single slow one says nothing

// Tells whether there is no graphics card, so that a processor has to draw; asked of a canvas that is given back at once.
let drawnByProcessor;
function byProcessor() {
  if (drawnByProcessor === undefined) {
    const gl = document.createElement("canvas").getContext("webgl2"), told = gl?.getExtension("WEBGL_debug_renderer_info");
    const name = told ? gl.getParameter(told.UNMASKED_RENDERER_WEBGL) : "";
    drawnByProcessor = /swiftshader|llvmpipe|software|basic render/i.test(name);
    gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return drawnByProcessor;
}

class Fineness {
  share = 1;
  waits = [];

  // Learns how long a picture took, ms.
  note(wait) {
    this.waits.push(wait);
    if (this.waits.length < JUDGED) return;
    const median = this.waits.sort((a, b) => a - b)[JUDGED / 2];
    this.waits = [];
    if (median > SLOW) this.share = Math.max(COARSEST, this.share * STEP_COARSER);
    else if (median < QUICK) this.share = Math.min(1, this.share / STEP_COARSER);
  }
}
