// Safari on iPhones and iPads opens a USDZ in the room where a link says so (AR Quick Look) and holds a picture.
// Elsewhere there is no such link: Android's viewer wants a public address, which a head of one's own does not have.
export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".room");
  place.replaceChildren();
  if (!document.createElement("a").relList.supports("ar")) return;
  const link = child(place, "a");
  Object.assign(link, { rel: "ar", href: absolute(data.url) });
  Object.assign(child(link, "img"), { src: data.picture, alt: "" });
  child(link, "span", "", data.label);
}
