import assert from "node:assert/strict";
import { FakeClock } from "../base/fake_clock.ts";
import { Registry } from "../base/metrics.ts";
import type { ApiError } from "./api_error.ts";
import { type Answer, failure, FakeTransport, hang, json } from "./fake_api.ts";
import { type ApiRequest, RequestSender } from "./request_sender.ts";

const call = { verb: "get", path: "/version" };
const request: ApiRequest = { call, method: "GET", target: "/version", timeout: 1000 };

function senderOf(...answers: Answer[]) {
  const transport = new FakeTransport(...answers);
  const clock = new FakeClock();
  const metrics = new Registry();
  const server = "https://hub.example:6443";
  const sender = new RequestSender({ transport, clock, metrics, server, userAgent: "kubelb" });
  return { transport, clock, metrics, sender };
}

const overloaded: Answer = json({ kind: "Status", code: 429 }, 429, { "retry-after": "2" });

Deno.test("the answer is parsed, and counted with its code", async () => {
  const { sender, metrics, clock } = senderOf(json({ major: "1" }));
  assert.deepEqual(await sender.send(request), { major: "1" });
  const text = await metrics.metrics();
  const labels = `code="200",method="GET",host="hub.example:6443"`;
  assert.match(text, new RegExp(`^rest_client_requests_total\\{${labels}\\} 1$`, "m"));
  const duration =
    `rest_client_request_duration_seconds_count{verb="get",host="hub.example:6443"} 1`;
  assert(text.includes(duration));
  assert.equal(clock.pending, 0, "no timer is left");
});

Deno.test("a body is sent as JSON with its content type", async () => {
  const { sender, transport } = senderOf(json({}));
  await sender.send({ ...request, method: "PATCH", body: { a: 1 }, contentType: "application/x" });
  assert.equal(transport.requests[0]?.body, `{"a":1}`);
  assert.equal(transport.requests[0]?.headers["content-type"], "application/x");
  assert.equal(transport.requests[0]?.headers["user-agent"], "kubelb");
});

Deno.test("429 with Retry-After is tried again after that time", async () => {
  const { sender, transport, clock } = senderOf(overloaded, overloaded, json({ ok: true }));
  const answer = sender.send(request);
  await clock.advance(1999);
  assert.equal(transport.requests.length, 1);
  await clock.advance(1);
  assert.equal(transport.requests.length, 2);
  await clock.advance(2000);
  assert.deepEqual(await answer, { ok: true });
});

Deno.test("a server that never stops saying 429 is given up after five more tries", async () => {
  const { sender, transport, clock } = senderOf(overloaded);
  const answer = assert.rejects(sender.send(request), (error: ApiError) => {
    return error.reason === "TooManyRequests" && error.retryAfter === 2000;
  });
  await clock.advance(60_000);
  await answer;
  assert.equal(transport.requests.length, 6);
});

Deno.test("a Retry-After of an hour is not waited for longer than ten seconds", async () => {
  const hour: Answer = json({}, 503, { "retry-after": "3600" });
  const { sender, clock } = senderOf(hour, json({ ok: true }));
  const answer = sender.send(request);
  await clock.advance(10_000);
  assert.deepEqual(await answer, { ok: true });
});

Deno.test("a 500 without Retry-After is the caller's to judge, at once", async () => {
  const { sender, transport } = senderOf(failure(500, "InternalError"));
  await assert.rejects(sender.send(request), (error: ApiError) => error.reason === "ServerError");
  assert.equal(transport.requests.length, 1);
});

Deno.test("no answer in time is a timeout, and connections are not trusted any more", async () => {
  const { sender, transport, clock } = senderOf(hang());
  const answer = assert.rejects(sender.send(request), (error: ApiError) => {
    assert.equal(error.reason, "Timeout");
    assert.match(error.message, /hub\.example:6443 did not answer within 1 s/);
    return true;
  });
  await clock.advance(1000);
  await answer;
  assert.equal(transport.reconnects, 1);
});

Deno.test("a caller that gives up gets its own reason", async () => {
  const { sender, clock } = senderOf(hang());
  const stop = new AbortController();
  const answer = sender.send({ ...request, signal: stop.signal });
  await clock.advance(0);
  stop.abort(new Error("enough"));
  await assert.rejects(answer, /enough/);
  assert.equal(clock.pending, 0);
});

Deno.test("a failed connection is unreachable, names the server, and is counted", async () => {
  const { sender, metrics } = senderOf(() => {
    throw new TypeError("connection refused");
  });
  await assert.rejects(sender.send(request), (error: ApiError) => {
    assert.equal(error.reason, "Unreachable");
    assert.equal(error.message, "cannot reach https://hub.example:6443: connection refused");
    return true;
  });
  assert.match(await metrics.metrics(), /rest_client_requests_total\{code="<error>"/);
});

Deno.test("an answer that is not JSON says that this may be no Kubernetes API", async () => {
  const { sender } = senderOf(() => new Response("<html>"));
  await assert.rejects(sender.send(request), /not JSON \(is the server a Kubernetes API\?\)/);
});

Deno.test("a stream outlives the time limit of its beginning", async () => {
  const { sender, clock } = senderOf(() => new Response("stream"));
  const stop = new AbortController();
  const body = await sender.open(request, stop.signal);
  await clock.advance(10_000);
  assert.equal(await new Response(body).text(), "stream");
  assert.equal(clock.pending, 0);
});

Deno.test("a stream that does not begin in time is a timeout", async () => {
  const { sender, clock } = senderOf(hang());
  const opening = assert.rejects(
    sender.open(request, new AbortController().signal),
    (error: ApiError) => error.reason === "Timeout",
  );
  await clock.advance(1000);
  await opening;
});
