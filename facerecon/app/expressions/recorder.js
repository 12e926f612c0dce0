// Films the visitor for some seconds (recorder.py). The picture stays in the browser until the film is whole.
const KINDS = ["video/webm;codecs=vp8", "video/webm", "video/mp4"];
const READY = 3; // s to get ready

const wait = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

class Recorder {
  constructor(root, data) {
    Object.assign(this, { root, data });
    this.video = root.querySelector("video");
    this.button = root.querySelector("button");
    this.note = root.querySelector("p");
    this.bar = root.querySelector("i");
    this.button.textContent = data.labels.record;
    this.button.addEventListener("click", () => this.record());
  }

  async record() {
    const { labels, seconds } = this.data;
    this.button.disabled = true;
    this.note.textContent = "";
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480, facingMode: "user" } });
      this.video.srcObject = this.stream;
      this.root.classList.add("on");
      await this.video.play();
      for (let left = READY; left; left -= 1) {
        this.note.textContent = `${left}`;
        await wait(1);
      }
      this.note.textContent = labels.recording;
      await this.send(await this.film(seconds));
    } catch (error) {
      // No camera, no permission, or a page that is not served over a safe connection.
      this.note.textContent = labels.no_camera;
    }
    this.stream?.getTracks().forEach((track) => track.stop());
    this.root.classList.remove("on");
    this.button.disabled = false;
  }

  film(seconds) {
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    const recorder = new MediaRecorder(this.stream, { mimeType, videoBitsPerSecond: 1500000 });
    const pieces = [];
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    this.bar.style.transition = `width ${seconds}s linear`;
    this.bar.style.width = "100%";
    recorder.start();
    return wait(seconds).then(() => new Promise((done) => {
      recorder.onstop = () => done(new Blob(pieces, { type: mimeType }));
      recorder.stop();
      this.bar.style.cssText = "";
    }));
  }

  async send(blob) {
    const text = await new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.readAsDataURL(blob);
    });
    this.note.textContent = "";
    this.setTriggerValue("film", { turn: Date.now(), content: text.slice(text.indexOf(",") + 1) });
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".recorder");
  root.recorder ??= new Recorder(root, data);
  root.recorder.setTriggerValue = setTriggerValue;
}
