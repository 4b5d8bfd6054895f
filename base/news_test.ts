import assert from "node:assert/strict";
import { FakeClock } from "./fake_clock.ts";
import { News } from "./news.ts";

Deno.test("the same is news once, and again when it was not said for the interval", async () => {
  const clock = new FakeClock();
  const news = new News(clock, 1_000);
  assert.deepEqual([news.isNews("a"), news.isNews("a"), news.isNews("b")], [true, false, true]);
  await clock.advance(999);
  assert.equal(news.isNews("a"), false);
  await clock.advance(1);
  assert.deepEqual([news.isNews("a"), news.isNews("a")], [true, false]);
});

Deno.test("of more than it can remember it forgets what was said the longest ago", async () => {
  const clock = new FakeClock();
  const news = new News(clock, 1_000, 2);
  for (const what of ["a", "b", "c"]) {
    news.isNews(what);
    await clock.advance(1);
  }
  assert.deepEqual([news.isNews("c"), news.isNews("b"), news.isNews("a")], [false, false, true]);
});
