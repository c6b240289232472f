/**
 * Meetings to try things on, as text. The first is what a team's planning sounds like: stories by key, a blocker, tasks, a
 * decision, and a mind that is changed. The second is short enough to read while waiting.
 */

export interface SampleMeeting {
  readonly slug: string;
  readonly title: string;
  readonly fileName: string;
  readonly transcript: string;
}

const PLANNING = `[00:00:04] Priya Nair: Okay, recording is on. Morning everyone. Sprint fourteen planning, forty minutes, and I want to leave with owners for the checkout work.
[00:00:15] Tom Okafor: Morning. Jonas is on the train, he says he joins when he has signal.
[00:00:21] Priya Nair: Fine. Let's start with what carried over. SHOP-101, the retry on failed card payments. Tom?
[00:00:29] Tom Okafor: SHOP-101 is done from my side. It went out on Thursday, I watched it over the weekend, no double charges. You can close it.
[00:00:38] Priya Nair: Great, so SHOP-101 is done. Lena, SHOP-104, guest checkout?
[00:00:44] Lena Fischer: In progress. The form works, what's missing is the e-mail step. Honestly I said three points and it is more like five, the address validation is a story of its own.
[00:00:56] Priya Nair: Then let's make it five. SHOP-104 is five points, still in progress, still yours?
[00:01:02] Lena Fischer: Still mine, yes.
[00:01:04] Tom Okafor: Isn't that blocked, though? You need the new address service for it.
[00:01:09] Lena Fischer: Right. SHOP-104 is blocked by the address service, platform hasn't given us credentials for staging. I asked on Monday and got a thumbs up and nothing else.
[00:01:20] Priya Nair: Who do we know over there?
[00:01:22] Tom Okafor: Marek runs it now. I'll ping him.
[00:01:25] Priya Nair: Okay. Action: Tom asks Marek for the staging credentials today.
[00:01:31] Tom Okafor: Today, after this call.
[00:01:34] Priya Nair: Good. Next, SHOP-110, the order history page is slow. That's unassigned. Numbers?
[00:01:41] Lena Fischer: Eleven seconds for customers with more than two hundred orders. Support gets, what, five tickets a week.
[00:01:49] Tom Okafor: I could take that one.
[00:01:51] Priya Nair: You have the payout reports already.
[00:01:53] Tom Okafor: True. Hmm. Then let's say I take SHOP-110 and somebody else does the reports.
[00:01:59] Jonas Weber: Hi, sorry, sorry. Train. What did I miss?
[00:02:03] Priya Nair: We're giving you work. SHOP-110, order history.
[00:02:07] Jonas Weber: Oh, gladly, I know that query. It's the missing index and then the page loads every line item. Give it to me.
[00:02:15] Tom Okafor: Even better. Forget what I said, Jonas takes it, I keep the reports.
[00:02:20] Priya Nair: So SHOP-110 goes to Jonas, not Tom. Points?
[00:02:24] Jonas Weber: Three.
[00:02:25] Priya Nair: Three. Now the thing we argued about last week: do we cache product prices in the basket?
[00:02:33] Lena Fischer: I was for it, mainly because the price service falls over every Friday night.
[00:02:39] Tom Okafor: And I was against, because then somebody pays yesterday's price and legal comes to visit.
[00:02:45] Jonas Weber: What about caching for a minute? Nobody notices a minute.
[00:02:50] Tom Okafor: A minute I can live with, if checkout itself always asks for the real price.
[00:02:55] Lena Fischer: That works for me.
[00:02:57] Priya Nair: Decision: we cache prices in the basket for sixty seconds, and checkout always reads the live price. Lena, is there a story?
[00:03:07] Lena Fischer: No, we need one. Call it "Cache basket prices for one minute".
[00:03:12] Priya Nair: I'll create it after the call. Who does it, we'll see once SHOP-104 is unblocked.
[00:03:19] Jonas Weber: Did anybody see the football, by the way?
[00:03:22] Tom Okafor: Don't. My daughter cried for an hour.
[00:03:26] Priya Nair: Later! Two more things. The release on the tenth. Are we still going on Tuesday?
[00:03:33] Tom Okafor: The load test environment is down until Wednesday, infrastructure is moving it. That's a blocker for the release, not for one story.
[00:03:42] Priya Nair: Then Tuesday makes no sense. Do we move to Thursday the twelfth?
[00:03:47] Lena Fischer: Thursday is good. Wednesday afternoon for the load test, Thursday release.
[00:03:53] Priya Nair: Agreed, we release on Thursday the twelfth instead of Tuesday. I'll tell support and marketing by tomorrow.
[00:04:01] Jonas Weber: One question, somebody should update the runbook, the rollback page still describes the old cluster.
[00:04:08] Priya Nair: Yes, somebody should. Nobody jumps? Okay, we leave it open, but write it down.
[00:04:15] Tom Okafor: Also SHOP-99, the gift cards. I think we should drop it, or did the product side say anything?
[00:04:22] Priya Nair: They said maybe next quarter. I don't know yet. Leave SHOP-99 as it is, I ask.
[00:04:29] Lena Fischer: Then I'm done. Tom, please, the credentials.
[00:04:33] Tom Okafor: Writing to Marek as we speak.
[00:04:36] Priya Nair: Thanks all. Bye.
`;

const STAND_UP = `Ines: Quick one today, I have a dentist at ten.
Ravi: I finished OPS-12, the log rotation, it is deployed since last night. Today I begin OPS-15.
Ines: OPS-15 is the certificate renewal?
Ravi: Yes. It's blocked by the DNS team though, they have to open the validation zone. I wrote a ticket yesterday.
Ines: Okay. Mo, you?
Mo: Still on OPS-9, the disk alerts. Two points was a joke, it is at least three. I hope to finish tomorrow.
Ines: Make it three, then. Anything else?
Mo: The backup job was red this morning. I restarted it and it went through, so, no idea. I'd like to look at why.
Ravi: It was the same on Sunday.
Ines: Then it is no accident. Mo, can you look into the backup job until Friday?
Mo: Sure. Action item on me.
Ines: And we decided yesterday in the chat, just for the record: no deploys on Fridays any more, not even small ones.
Ravi: Agreed. My weekend thanks you.
Ines: Good. Dentist. Bye!
`;

export const SAMPLE_MEETINGS: readonly SampleMeeting[] = [
  { slug: "planning", title: "Sprint 14 planning (sample)", fileName: "planning.txt", transcript: PLANNING },
  { slug: "stand-up", title: "Stand-up (sample)", fileName: "stand-up.txt", transcript: STAND_UP },
];
