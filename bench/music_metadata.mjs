// Chapters as the npm package music-metadata (its path comes first) reads them: for each file a line of JSON.
const { parseFile } = await import(process.argv[2]);

for (const path of process.argv.slice(3)) {
  const { format, native } = await parseFile(path, { includeChapters: true });
  let chapters = (format.chapters ?? []).map((chapter) => [
    Math.round((chapter.start * 1000) / (chapter.timeScale || 1)),
    chapter.title,
  ]);
  const frames = Object.values(native).flat();
  if (!chapters.length) {
    chapters = frames
      .filter((tag) => tag.id === "CHAP")
      .map((tag) => [tag.value.info.startTime, tag.value.frames.get("TIT2") ?? ""]);
  }
  if (!chapters.length) {
    const named = new Map(frames.map((tag) => [tag.id.toUpperCase(), tag.value]));
    for (const [id, value] of named) {
      const time = /^CHAPTER\d{3}$/.test(id) && /^(\d+):(\d\d):(\d\d)\.(\d{3})$/.exec(value);
      if (time) {
        const [hours, minutes, seconds, ms] = time.slice(1).map(Number);
        chapters.push([((hours * 60 + minutes) * 60 + seconds) * 1000 + ms, named.get(`${id}NAME`) ?? ""]);
      }
    }
  }
  console.log(JSON.stringify(chapters));
}
