------------------------------- MODULE Winnow -------------------------------
(***************************************************************************)
(* The step and recovery protocol of Winnow: one run, its journal and its  *)
(* step loops (one per attempt), layers, workers, the store, and a network *)
(* that loses, doubles, delays and reorders.  README.md says what each     *)
(* message, state and action is in the code, and what is left out.         *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  Layers,        \* names of layers
  Workers,       \* 1..n
  Batches,       \* micro-batches of a step, 1..n
  Steps,         \* the run is over after so many
  EvaluateAt,    \* versions that are evaluated
  SaveAt,        \* versions of which a checkpoint is made
  Earlier,       \* TRUE: an attempt before counted version 1, and died
  Forever,       \* TRUE: what was said can be heard at any time and any number of times;
                 \* FALSE: a message is heard once, unless one of the faults below strikes
  Punctual,      \* TRUE: nobody is asked again while an answer may still be under way
  Zombies,       \* TRUE: the step loop of an ended attempt may go on
  MaxAttempts,   \* attempts without a new checkpoint, then the run pauses
  MaxUnanswered, \* questions that a layer may leave unanswered in a row
  LayerCrashes, WorkerCrashes, RunCrashes, Losses, Doubles, Moves, \* how many faults of each kind
  Break          \* what is deliberately wrong; "nothing" is the protocol

VARIABLES
  net,      \* messages under way
  journal,  \* what the run's journal says
  loops,    \* the step loops that go on, by attempt
  layers,   \* what each layer holds
  workers,  \* what each worker is doing
  store,    \* blobs of checkpoints
  slots,    \* blobs of hand-offs
  left      \* faults that may still strike

vars == <<net, journal, loops, layers, workers, store, slots, left>>

Broken(what) == Break = what

Attempts == 1..(2 + LayerCrashes + RunCrashes + Losses + Doubles + Moves)
Start == [a |-> 0, v |-> 0]                                     \* CheckpointId.START
Blob(l, a, v, c) == [l |-> l, a |-> a, v |-> v, c |-> c]

(***************************************************************************)
(* What a layer holds is told by what was applied: for every step, how     *)
(* often each micro-batch went into it.  A gradient that should not count  *)
(* weighs Wrong.                                                           *)
(***************************************************************************)
Wrong == 100
Empty == [b \in Batches |-> 0]
Once == [b \in Batches |-> 1]
Good(v) == [s \in 1..v |-> Once]

(***************************************************************************)
(* Messages                                                                *)
(***************************************************************************)
Prepare(a, w) == [t |-> "Prepare", a |-> a, w |-> w]
Prepared(a, w) == [t |-> "Prepared", a |-> a, w |-> w]
Assign(a, w, k, s, b) == [t |-> "Assign", a |-> a, w |-> w, k |-> k, s |-> s, b |-> b]
Finished(a, w, k, s, b) == [t |-> "Finished", a |-> a, w |-> w, k |-> k, s |-> s, b |-> b]
Failed(a, w) == [t |-> "Failed", a |-> a, w |-> w]
Fetch(a, l, v, w) == [t |-> "Fetch", a |-> a, l |-> l, v |-> v, w |-> w]
Parameters(a, l, v, w, ok) ==
  [t |-> "Parameters", a |-> a, l |-> l, v |-> v, w |-> w, ok |-> ok]
Gradient(a, l, s, b, ok) == [t |-> "Gradient", a |-> a, l |-> l, s |-> s, b |-> b, ok |-> ok]
Restore(a, l, from) == [t |-> "Restore", a |-> a, l |-> l, from |-> from]
Restored(a, l) == [t |-> "Restored", a |-> a, l |-> l]
Unloaded(a, l) == [t |-> "Unloaded", a |-> a, l |-> l]
Query(a, l, s) == [t |-> "Query", a |-> a, l |-> l, s |-> s]
Missing(a, l, s, bs) == [t |-> "Missing", a |-> a, l |-> l, s |-> s, bs |-> bs]
LayerReady(a, l, s) == [t |-> "LayerReady", a |-> a, l |-> l, s |-> s]
Apply(a, l, s) == [t |-> "Apply", a |-> a, l |-> l, s |-> s]
Applied(a, l, s) == [t |-> "Applied", a |-> a, l |-> l, s |-> s]
Save(a, l, v) == [t |-> "Save", a |-> a, l |-> l, v |-> v]
Saved(a, l, v) == [t |-> "Saved", a |-> a, l |-> l, v |-> v]
StoreFailed(a, l, v) == [t |-> "StoreFailed", a |-> a, l |-> l, v |-> v]
Forget(l, ids) == [t |-> "Forget", l |-> l, ids |-> ids]

ToLoop == {"Prepared", "Finished", "Failed", "Restored", "Unloaded", "Missing", "LayerReady",
           "Applied", "Saved", "StoreFailed"}
ToWorker == {"Prepare", "Assign", "Parameters"}
ToLayer == {"Fetch", "Gradient", "Restore", "Query", "Apply", "Save", "Forget"}

(* What a loop that is gone would hear is left out: it changes nothing any more. *)
Live(messages) == {m \in messages : m.t \in ToLoop => m.a \in DOMAIN loops'}
Under(messages) == IF DOMAIN loops' = DOMAIN loops THEN messages ELSE Live(messages)

(* A message was heard, and these were said.  (The loops after it are known by then.) *)
Said(out) == net' = Under(net) \cup Live(out) /\ UNCHANGED left
Heard(m, out) ==
  IF Forever
  THEN Said(out)
  ELSE \/ net' = Under(net \ {m}) \cup Live(out) /\ UNCHANGED left
       \/ /\ left.doubles > 0
          /\ net' = Under(net) \cup Live(out)
          /\ left' = [left EXCEPT !.doubles = @ - 1]

(* Where messages stay, one that changes nothing need not be heard. *)
IsNews(changed, out) == Forever => changed \/ ~(out \subseteq net)

(***************************************************************************)
(* The journal: RunState                                                   *)
(***************************************************************************)
Kept(j) == {j.counted, j.previous}

(* RunState.forgettable *)
Forgettable(j) ==
  {id \in j.inStore : id \notin Kept(j) /\ (id.a < j.attempt \/ id.v < j.counted.v)}

Forgets(j) ==
  LET ids == IF Broken("forgetThePrevious")
             THEN j.inStore \ {j.counted}
             ELSE Forgettable(j)
  IN IF ids = {} THEN {} ELSE {Forget(l, ids) : l \in Layers}

NewJournal ==
  LET counted == IF Earlier THEN [a |-> 1, v |-> 1] ELSE Start
  IN [attempt |-> counted.a, since |-> 0, counted |-> counted, previous |-> Start,
      inStore |-> {counted} \ {Start}, status |-> "running"]

(***************************************************************************)
(* The step loop: StepLoop, with its Crew, WorkerPool, Board, Checkpointing*)
(***************************************************************************)
Preparing == 0
Idle == -1
Elsewhere == -2 \* busy with what was given up
Anybody == 0    \* where the network keeps everything, any number of workers do what was assigned

Off ==
  [status |-> "off", ver |-> 0, unrestored |-> {}, unapplied |-> {}, board |-> "none",
   pending |-> {}, done |-> {}, ready |-> {}, evaluated |-> 0, saving |-> "no", savingVer |-> 0,
   awaiting |-> {}, saved |-> 0, pool |-> [w \in Workers |-> Preparing],
   silent |-> [l \in Layers |-> 0]]

Begun(v) ==
  [Off EXCEPT !.status = "on", !.ver = v, !.unrestored = Layers, !.evaluated = v, !.saved = v]

BoardStep(lp) == IF lp.board = "train" THEN lp.ver + 1 ELSE lp.ver
Min(set) == CHOOSE x \in set : \A y \in set : x <= y

(* Crew.assign: every idle worker gets a micro-batch that nobody has. *)
RECURSIVE GiveFrom(_, _, _, _)
GiveFrom(lp, a, w, out) ==
  IF w > Cardinality(Workers) \/ lp.board = "none" \/ lp.pending = {}
  THEN <<lp, out>>
  ELSE IF lp.pool[w] # Idle
       THEN GiveFrom(lp, a, w + 1, out)
       ELSE LET b == Min(lp.pending)
            IN GiveFrom([lp EXCEPT !.pending = @ \ {b}, !.pool[w] = b], a, w + 1,
                        out \cup {Assign(a, w, lp.board, BoardStep(lp), b)})
Give(lp, a, out) ==
  IF Forever
  THEN <<[lp EXCEPT !.pending = {}],
         out \cup {Assign(a, Anybody, lp.board, BoardStep(lp), b) : b \in lp.pending}>>
  ELSE GiveFrom([lp EXCEPT !.pending = @ \ lp.done], a, 1, out)

(* Crew.work and Crew.rest *)
Up(lp, kind) ==
  [lp EXCEPT !.board = kind, !.pending = IF kind = "train" THEN Batches ELSE {1}, !.done = {},
             !.ready = {}]
Down(lp) ==
  [lp EXCEPT !.board = "none", !.pending = {}, !.done = {}, !.ready = {},
             !.pool = [w \in Workers |-> IF @[w] > 0 THEN Elsewhere ELSE @[w]]]

(* Board.release *)
Released(lp, w) ==
  IF lp.pool[w] > 0 /\ lp.pool[w] \notin lp.done
  THEN [lp EXCEPT !.pending = @ \cup {lp.pool[w]}]
  ELSE lp

(* StepLoop.next: what is due at this version, else the next step. *)
RECURSIVE Go(_, _, _)
Go(lp, a, out) ==
  IF lp.status # "on" \/ lp.board # "none" \/ lp.unrestored # {}
  THEN <<lp, out>>
  ELSE IF lp.ver \in EvaluateAt /\ lp.evaluated < lp.ver
  THEN Give(Up(lp, "evaluate"), a, out)
  ELSE IF lp.ver \in SaveAt /\ lp.saved < lp.ver
  THEN IF lp.saving # "no"
       THEN <<lp, out>>
       ELSE Go([lp EXCEPT !.saving = "naming", !.savingVer = lp.ver, !.awaiting = Layers,
                          !.saved = lp.ver], a, out)
  ELSE IF lp.ver = Steps
  THEN IF lp.saving = "no" /\ lp.unapplied = {} THEN <<[lp EXCEPT !.status = "over"], out>>
                                                ELSE <<lp, out>>
  ELSE Give(Up(lp, "train"), a, out)

HoldsBack(lp) == lp.saving \in {"naming", "saving"} /\ ~Broken("applyWhileSaving")

(* StepLoop.decide *)
Decide(r, a) ==
  LET lp == r[1]
      isIn == /\ lp.board = "train"
              /\ lp.done = Batches
              /\ lp.unapplied = {}
              /\ lp.ready = Layers
      decided == [Down(lp) EXCEPT !.ver = @ + 1, !.unapplied = Layers]
  IN IF isIn /\ ~HoldsBack(lp)
     THEN Go(decided, a, r[2] \cup {Apply(a, l, lp.ver + 1) : l \in Layers})
     ELSE r

Answered(lp, l) == [lp EXCEPT !.silent[l] = 0]

(* The loops, where that of attempt a is now so. *)
With(a, lp) ==
  [b \in (DOMAIN loops \ {a}) \cup (IF lp.status = "off" THEN {} ELSE {a}) |->
     IF b = a THEN lp ELSE loops[b]]
Without(a) == With(a, Off)

(* What a step loop makes of what it hears: its new state, and what it says. *)
LoopHears(lp, a, m) ==
  CASE m.t = "Prepared" ->
         IF lp.pool[m.w] = Preparing THEN Give([lp EXCEPT !.pool[m.w] = Idle], a, {}) ELSE <<lp, {}>>
    [] m.t = "Failed" ->
         Give([Released(lp, m.w) EXCEPT !.pool[m.w] = Preparing], a, {Prepare(a, m.w)})
    [] m.t = "Finished" ->
         LET free == IF Forever THEN lp ELSE [Released(lp, m.w) EXCEPT !.pool[m.w] = Idle]
             mine == free.board = m.k /\ BoardStep(free) = m.s
             done == [free EXCEPT !.done = @ \cup {m.b}]
         IN IF ~mine THEN Give(free, a, {})
            ELSE IF m.k = "train" THEN Decide(Give(done, a, {}), a)
            ELSE Go([Down(free) EXCEPT !.evaluated = lp.ver], a, {})
    [] m.t = "Restored" ->
         LET now == Answered(lp, m.l)
         IN IF m.l \in lp.unrestored THEN Go([now EXCEPT !.unrestored = @ \ {m.l}], a, {})
                                     ELSE <<now, {}>>
    [] m.t = "Unloaded" ->
         IF m.l \in lp.unrestored THEN <<lp, {}>> ELSE <<[Off EXCEPT !.status = "lost"], {}>>
    [] m.t = "LayerReady" ->
         LET now == Answered(lp, m.l)
         IN IF lp.board = "train" /\ m.s = lp.ver + 1
            THEN Decide(<<[now EXCEPT !.ready = @ \cup {m.l}], {}>>, a)
            ELSE <<now, {}>>
    [] m.t = "Applied" ->
         LET now == Answered(lp, m.l)
             fewer == [now EXCEPT !.unapplied = @ \ {m.l}]
             decided == Decide(<<fewer, {}>>, a)
         IN IF m.s # lp.ver THEN <<now, {}>>
            ELSE IF fewer.unapplied # {} THEN <<fewer, {}>>
            ELSE Go(decided[1], a, decided[2])
    [] m.t = "Missing" ->
         LET now == Answered(lp, m.l)
             again == IF lp.board = "train" /\ m.s = lp.ver + 1 THEN m.bs \cap lp.done ELSE {}
         IN Give([now EXCEPT !.done = @ \ again, !.pending = @ \cup again], a, {})
    [] m.t = "Saved" ->
         IF lp.saving = "saving" /\ m.v = lp.savingVer
         THEN LET fewer == [lp EXCEPT !.awaiting = @ \ {m.l}]
                  whole == fewer.awaiting = {} \/ Broken("countBeforeAllSaved")
              IN Decide(<<[fewer EXCEPT !.saving = IF whole THEN "counting" ELSE @], {}>>, a)
         ELSE <<lp, {}>>
    [] m.t = "StoreFailed" ->
         IF Broken("pauseOnStaleRestore") \/ m.l \in lp.unrestored \/ m.v = lp.savingVer
         THEN <<[Off EXCEPT !.status = "failed"], {}>>
         ELSE <<[Off EXCEPT !.status = "lost"], {}>>

LoopReceives(m) ==
  /\ m.t \in ToLoop
  /\ m.a \in DOMAIN loops
  /\ IF loops[m.a].status = "on"
     THEN LET r == LoopHears(loops[m.a], m.a, m)
          IN IsNews(r[1] # loops[m.a], r[2]) /\ loops' = With(m.a, r[1]) /\ Heard(m, r[2])
     ELSE ~Forever /\ UNCHANGED loops /\ Heard(m, {})
  /\ UNCHANGED <<journal, layers, workers, store, slots>>

(***************************************************************************)
(* The watchdog: StepLoop.onTick, Crew.doubtTheSilent                      *)
(***************************************************************************)
(* Who is asked, and for which step: one beyond the version that it should hold. *)
Asked(lp) ==
  IF lp.board = "train" THEN Layers \ (lp.ready \cup lp.unapplied)
  ELSE IF Broken("askOnlyWhileTraining") \/ lp.unrestored # {} THEN {}
  ELSE Layers \ lp.unapplied

Again(lp, a, from) ==
  {Restore(a, l, from) : l \in lp.unrestored}
    \cup {Apply(a, l, lp.ver) : l \in lp.unapplied}
    \cup {Query(a, l, lp.ver + 1) : l \in Asked(lp)}
    \cup (IF lp.saving = "saving" THEN {Save(a, l, lp.savingVer) : l \in lp.awaiting} ELSE {})

Owing(lp) == lp.unrestored \cup lp.unapplied \cup Asked(lp)

RECURSIVE DoubtFrom(_, _)
DoubtFrom(lp, w) ==
  IF w > Cardinality(Workers) THEN lp
  ELSE DoubtFrom(IF lp.pool[w] = Idle THEN lp ELSE [Released(lp, w) EXCEPT !.pool[w] = Preparing],
                 w + 1)

IsQuiet ==
  /\ net = {}
  /\ \A a \in DOMAIN loops :
       loops[a].status = "on" /\ loops[a].saving \notin {"naming", "counting"}

Tick(a) ==
  LET lp == loops[a]
      from == journal.counted
      counting == [lp EXCEPT !.silent =
                     [l \in Layers |-> IF l \in Owing(lp) THEN @[l] + 1 ELSE @[l]]]
      doubting == DoubtFrom(counting, 1)
      prepares == {Prepare(a, w) : w \in {x \in Workers : doubting.pool[x] = Preparing}}
      r == Give(doubting, a, Again(lp, a, from) \cup prepares)
  IN /\ lp.status = "on"
     /\ ~Forever
     /\ Punctual => IsQuiet
     /\ loops' = With(a, IF \E l \in Layers : counting.silent[l] > MaxUnanswered
                         THEN [Off EXCEPT !.status = "lost"]
                         ELSE r[1])
     /\ Said(IF \E l \in Layers : counting.silent[l] > MaxUnanswered THEN {} ELSE r[2])
     /\ UNCHANGED <<journal, layers, workers, store, slots>>

(***************************************************************************)
(* The coordinator: RunCoordinator.  Every action writes the journal; one  *)
(* that is not the last to have taken an attempt fails at that.            *)
(***************************************************************************)
IsRunning == journal.status = "running"
MayJournal(a) == IsRunning /\ (a = journal.attempt \/ Broken("zombieMayJournal"))

(* WantsCheckpoint: the name is journalled, then the layers save. *)
NameCheckpoint(a) ==
  LET lp == loops[a]
  IN /\ MayJournal(a)
     /\ lp.status = "on" /\ lp.saving = "naming"
     /\ journal' = [journal EXCEPT !.inStore = @ \cup {[a |-> a, v |-> lp.savingVer]}]
     /\ loops' = With(a, [lp EXCEPT !.saving = "saving"])
     /\ Said({Save(a, l, lp.savingVer) : l \in lp.awaiting}
              \cup IF Broken("forgetBeforeCounted")
                   THEN {Forget(l, {journal.counted, journal.previous} \ {Start}) : l \in Layers}
                   ELSE {})
     /\ UNCHANGED <<layers, workers, store, slots>>

(* CheckpointWhole: it counts; then others are forgotten. *)
CountCheckpoint(a) ==
  LET lp == loops[a]
      id == [a |-> a, v |-> lp.savingVer]
      now == [journal EXCEPT !.counted = id, !.previous = journal.counted, !.since = 0,
                             !.inStore = @ \ (Forgettable(journal) \ {id, journal.counted})]
      r == Go([lp EXCEPT !.saving = "no", !.savingVer = 0], a, {})
  IN /\ MayJournal(a)
     /\ lp.status = "on" /\ lp.saving = "counting"
     /\ journal' = now
     /\ loops' = With(a, r[1])
     /\ Said(r[2] \cup Forgets(now))
     /\ UNCHANGED <<layers, workers, store, slots>>

Finish(a) ==
  /\ MayJournal(a)
  /\ loops[a].status = "over"
  /\ journal' = [journal EXCEPT !.status = "finished"]
  /\ loops' = Without(a)
  /\ Said({})
  /\ UNCHANGED <<layers, workers, store, slots>>

Pause(a) ==
  /\ MayJournal(a)
  /\ loops[a].status = "failed"
  /\ journal' = [journal EXCEPT !.status = "paused"]
  /\ loops' = Without(a)
  /\ Said({})
  /\ UNCHANGED <<layers, workers, store, slots>>

(* What a loop says first. *)
Opening(a, j) ==
  {Restore(a, l, j.counted) : l \in Layers} \cup Forgets(j)
    \cup (IF Forever THEN {} ELSE {Prepare(a, w) : w \in Workers})

(* beginAttempt: the number is journalled, then the loop begins at the counted checkpoint. *)
TakeAttempt ==
  LET j == journal
      a == j.attempt + 1
      now == [j EXCEPT !.attempt = a, !.since = @ + 1]
  IN /\ IsRunning
     /\ j.attempt \in DOMAIN loops => loops[j.attempt].status = "lost"
     /\ IF j.since >= MaxAttempts
        THEN /\ journal' = [j EXCEPT !.status = "paused"]
             /\ UNCHANGED <<net, loops, left>>
        ELSE /\ a \in Attempts
             /\ journal' = now
             /\ loops' = [b \in (DOMAIN loops \ {j.attempt}) \cup {a} |->
                            IF b = a THEN Begun(j.counted.v) ELSE loops[b]]
             /\ Said(Opening(a, now))
     /\ UNCHANGED <<layers, workers, store, slots>>

(***************************************************************************)
(* A layer: LayerActor, StepInbox                                          *)
(***************************************************************************)
Nothing == [live |-> FALSE, a |-> 0, ver |-> 0, c |-> <<>>, inbox |-> Empty, parked |-> {}]
Holding(a, v, c) == [live |-> TRUE, a |-> a, ver |-> v, c |-> c, inbox |-> Empty, parked |-> {}]
IsComplete(y) == \A b \in Batches : y.inbox[b] > 0
Ours(y, m) == m.a = y.a \/ Broken("attemptNotChecked")
OwnVersion(y, l, w) == Parameters(y.a, l, y.ver, w, y.c = Good(y.ver))
Offered(y, l) == IF Forever THEN {OwnVersion(y, l, Anybody)} ELSE {}

(* What a layer makes of a command: its new state, and what it says. *)
RestoreHeard(y, l, m) ==
  LET found == {x \in store : x.l = l /\ x.a = m.from.a /\ x.v = m.from.v}
      begun(c) ==
        LET now == Holding(m.a, m.from.v, c) IN <<now, {Restored(m.a, l)} \cup Offered(now, l)>>
  IN IF m.a <= y.a /\ ~Broken("attemptNotChecked")
     THEN IF y.live /\ m.a = y.a /\ m.from.v = y.ver THEN <<y, {Restored(y.a, l)}>> ELSE <<y, {}>>
     ELSE IF m.from = Start THEN begun(<<>>)
     ELSE IF found = {} THEN <<[Nothing EXCEPT !.a = m.a - 1], {StoreFailed(m.a, l, m.from.v)}>>
     ELSE begun((CHOOSE x \in found : TRUE).c)

FetchHeard(y, l, m) ==
  IF m.v = y.ver THEN <<y, {OwnVersion(y, l, m.w)}>>
  ELSE IF m.v = y.ver + 1 THEN <<[y EXCEPT !.parked = @ \cup {m.w}], {}>>
  ELSE <<y, {}>>

GradientHeard(y, l, m) ==
  LET isNews == (y.inbox[m.b] = 0 /\ ~IsComplete(y)) \/ Broken("noDeduplication")
      weight == IF m.a = y.a /\ m.ok /\ m.s = y.ver + 1 THEN 1 ELSE Wrong
      now == [y EXCEPT !.inbox[m.b] = @ + weight]
  IN IF (m.s = y.ver + 1 \/ Broken("gradientOfAnyStep")) /\ isNews
     THEN <<now, IF IsComplete(now) THEN {LayerReady(y.a, l, y.ver + 1)} ELSE {}>>
     ELSE <<y, {}>>

QueryHeard(y, l, m) ==
  <<y, IF m.s <= y.ver THEN {Applied(y.a, l, m.s)}
       ELSE IF m.s > y.ver + 1 THEN {Unloaded(m.a, l)}
       ELSE IF IsComplete(y) THEN {LayerReady(y.a, l, m.s)}
       ELSE {Missing(y.a, l, m.s, {b \in Batches : y.inbox[b] = 0})}>>

ApplyHeard(y, l, m) ==
  LET part == IF m.a = y.a THEN y.inbox ELSE [b \in Batches |-> Wrong]
      now == [y EXCEPT !.ver = @ + 1, !.c = Append(@, part), !.inbox = Empty, !.parked = {}]
      fits == m.s = y.ver + 1 \/ Broken("versionNotChecked")
      full == IsComplete(y) \/ Broken("applyIncomplete")
  IN IF m.s <= y.ver /\ ~Broken("versionNotChecked") THEN <<y, {Applied(y.a, l, m.s)}>>
     ELSE IF ~fits \/ ~full THEN <<y, {}>>
     ELSE <<now, {Applied(y.a, l, m.s)} \cup {OwnVersion(now, l, w) : w \in y.parked}
                   \cup Offered(now, l)>>

SaveHeard(y, l, m) ==
  <<y, IF m.v = y.ver \/ Broken("saveAnyVersion") THEN {Saved(y.a, l, m.v)} ELSE {}>>

LayerHears(y, l, m) ==
  CASE m.t = "Restore" -> RestoreHeard(y, l, m)
    [] m.t = "Forget" -> <<y, {}>>
    [] m.t \notin {"Restore", "Forget"} /\ ~y.live -> <<y, {Unloaded(m.a, l)}>>
    [] m.t \notin {"Restore", "Forget"} /\ y.live /\ ~Ours(y, m) -> <<y, {}>>
    [] m.t = "Fetch" /\ y.live /\ Ours(y, m) -> FetchHeard(y, l, m)
    [] m.t = "Gradient" /\ y.live /\ Ours(y, m) -> GradientHeard(y, l, m)
    [] m.t = "Query" /\ y.live /\ Ours(y, m) -> QueryHeard(y, l, m)
    [] m.t = "Apply" /\ y.live /\ Ours(y, m) -> ApplyHeard(y, l, m)
    [] m.t = "Save" /\ y.live /\ Ours(y, m) -> SaveHeard(y, l, m)

(* CheckpointStore: a blob under a key that is there already stays as it is. *)
StoreAfter(y, l, m, out) ==
  IF m.t = "Forget"
  THEN {x \in store : ~(x.l = l /\ [a |-> x.a, v |-> x.v] \in m.ids)}
  ELSE IF m.t = "Save" /\ out # {} /\ y.live
          /\ ~\E x \in store : x.l = l /\ x.a = m.a /\ x.v = m.v
  THEN store \cup {Blob(l, m.a, m.v, y.c)}
  ELSE store

LayerReceives(m) ==
  /\ m.t \in ToLayer
  /\ UNCHANGED <<journal, loops, workers, slots>>
  /\ LET y == layers[m.l]
         r == LayerHears(y, m.l, m)
         kept == StoreAfter(y, m.l, m, r[2])
     IN /\ IsNews(r[1] # y \/ kept # store, r[2])
        /\ layers' = [layers EXCEPT ![m.l] = r[1]]
        /\ store' = kept
        /\ Heard(m, r[2])

(***************************************************************************)
(* A worker: Worker.  A sweep takes no time: what it says may be under way *)
(* for as long as it likes.                                                *)
(***************************************************************************)
NoJob == [k |-> "none", s |-> 0, b |-> 0]
Newborn == [a |-> 0, bound |-> -1, job |-> NoJob, have |-> {}, ok |-> TRUE]
VersionOf(job) == IF job.k = "train" THEN job.s - 1 ELSE job.s

(* A sweep: a gradient for every layer, then the worker has finished. *)
Gradients(a, job, ok, to) ==
  IF job.k = "train" THEN {Gradient(a, l, job.s, job.b, ok) : l \in to} ELSE {}
Swept(x, w, job) ==
  <<[x EXCEPT !.job = NoJob, !.have = {}, !.bound = VersionOf(job)],
    Gradients(x.a, job, x.ok, Layers) \cup {Finished(x.a, w, job.k, job.s, job.b)}>>

Begin(x, w, job) ==
  IF x.bound = VersionOf(job) THEN Swept(x, w, job)
  ELSE <<[x EXCEPT !.job = job, !.have = IF x.job = job THEN @ ELSE {},
                   !.ok = IF x.job = job THEN @ ELSE TRUE],
         {Fetch(x.a, l, VersionOf(job), w) : l \in Layers \ (IF x.job = job THEN x.have ELSE {})}>>

WorkerHears(x, w, m) ==
  CASE m.t = "Prepare" ->
         IF m.a < x.a THEN <<x, {}>>
         ELSE <<IF m.a = x.a THEN x ELSE [Newborn EXCEPT !.a = m.a], {Prepared(m.a, w)}>>
    [] m.t = "Assign" ->
         IF m.a # x.a THEN <<x, {Failed(m.a, w)}>>
         ELSE Begin(x, w, [k |-> m.k, s |-> m.s, b |-> m.b])
    [] m.t = "Parameters" ->
         LET wants == /\ x.job.k # "none" /\ m.l \notin x.have
                      /\ m.a = x.a
                      /\ m.v = VersionOf(x.job) \/ Broken("parametersOfAnyVersion")
             now == [x EXCEPT !.have = @ \cup {m.l}, !.ok = @ /\ m.ok /\ m.v = VersionOf(x.job)]
         IN IF ~wants THEN <<x, {}>>
            ELSE IF now.have = Layers THEN Swept(now, w, x.job) ELSE <<now, {}>>

WorkerReceives(m) ==
  /\ ~Forever
  /\ m.t \in ToWorker
  /\ UNCHANGED <<journal, loops, layers, store, slots>>
  /\ LET r == WorkerHears(workers[m.w], m.w, m)
     IN workers' = [workers EXCEPT ![m.w] = r[1]] /\ Heard(m, r[2])

(* Somebody does what was once assigned, on what was once sent to somebody. *)
AnybodySweeps(m) ==
  LET job == [k |-> m.k, s |-> m.s, b |-> m.b]
      sent(l) == {p \in net : /\ p.t = "Parameters" /\ p.l = l /\ p.a = m.a
                             /\ (p.v = VersionOf(job) \/ Broken("parametersOfAnyVersion"))}
  IN /\ Forever
     /\ m.t = "Assign"
     /\ \A l \in Layers : sent(l) # {}
     /\ UNCHANGED <<journal, loops, layers, workers, store, slots>>
     /\ \E ok \in {\A l \in Layers : \E p \in sent(l) : p.ok /\ p.v = VersionOf(job),
                   \A l \in Layers : \A p \in sent(l) : p.ok /\ p.v = VersionOf(job)} :
          LET out == Gradients(m.a, job, ok, Layers)
                       \cup {Finished(m.a, Anybody, job.k, job.s, job.b)}
          IN IsNews(FALSE, out) /\ Said(out)

(***************************************************************************)
(* Faults                                                                  *)
(***************************************************************************)
(* A layer dies.  Where it starts again, it holds nothing but a hand-off that was left there. *)
CrashLayer(l) ==
  /\ left.layers > 0
  /\ left' = [left EXCEPT !.layers = @ - 1]
  /\ layers' = [layers EXCEPT ![l] = slots[l]]
  /\ UNCHANGED <<net, journal, loops, workers, store, slots>>

(* Sharding moves a layer: it stores what it applied, and a sum if that is complete; its successor
   takes that up, and deletes it unless it fails to. *)
MoveLayer(l) ==
  LET y == layers[l]
      carried == IF IsComplete(y) /\ ~Broken("moveWithoutSum") THEN y.inbox ELSE Empty
      moved == [y EXCEPT !.parked = {}, !.inbox = carried]
  IN /\ left.moves > 0
     /\ y.live
     /\ left' = [left EXCEPT !.moves = @ - 1]
     /\ layers' = [layers EXCEPT ![l] = moved]
     /\ \/ slots' = [slots EXCEPT ![l] = moved]
        \/ slots' = [slots EXCEPT ![l] = Nothing]
     /\ UNCHANGED <<net, journal, loops, workers, store>>

(* A worker dies.  If what its last sweep says is still under way, it may have died in the middle of
   that: then it has not finished, and some gradients were never sent. *)
CrashWorker(w) ==
  /\ left.workers > 0
  /\ workers[w] # Newborn
  /\ left' = [left EXCEPT !.workers = @ - 1]
  /\ workers' = [workers EXCEPT ![w] = Newborn]
  /\ \/ UNCHANGED net
     \/ /\ ~Forever
        /\ \E m \in net :
             /\ m.t = "Finished" /\ m.w = w
             /\ \E unsent \in SUBSET {g \in net : /\ g.t = "Gradient" /\ g.a = m.a
                                                /\ g.s = m.s /\ g.b = m.b} :
                  net' = net \ ({m} \cup unsent)
  /\ UNCHANGED <<journal, loops, layers, store, slots>>

(* The coordinator dies with its loop; or another one starts while this one goes on unknowing. *)
CrashRun ==
  /\ left.runs > 0
  /\ IsRunning
  /\ journal.attempt > 0
  /\ journal.attempt \in DOMAIN loops
  /\ left' = [left EXCEPT !.runs = @ - 1]
  /\ loops' = Without(journal.attempt)
  /\ net' = Live(net)
  /\ UNCHANGED <<journal, layers, workers, store, slots>>

Usurp ==
  LET j == journal
      a == j.attempt + 1
      now == [j EXCEPT !.attempt = a, !.since = @ + 1]
  IN /\ Zombies
     /\ left.runs > 0
     /\ IsRunning
     /\ j.attempt > 0
     /\ a \in Attempts
     /\ j.attempt \in DOMAIN loops
     /\ loops[j.attempt].status = "on"
     /\ left' = [left EXCEPT !.runs = @ - 1]
     /\ journal' = now
     /\ loops' = With(a, Begun(j.counted.v))
     /\ net' = net \cup Opening(a, now)
     /\ UNCHANGED <<layers, workers, store, slots>>

Lose(m) ==
  /\ left.losses > 0
  /\ left' = [left EXCEPT !.losses = @ - 1]
  /\ net' = net \ {m}
  /\ UNCHANGED <<journal, loops, layers, workers, store, slots>>

(***************************************************************************)
(* The whole                                                               *)
(***************************************************************************)
Init ==
  /\ net = {}
  /\ journal = NewJournal
  /\ loops = <<>>
  /\ layers = [l \in Layers |-> Nothing]
  /\ workers = [w \in Workers |-> Newborn]
  /\ store = IF Earlier THEN {Blob(l, 1, 1, Good(1)) : l \in Layers} ELSE {}
  /\ slots = [l \in Layers |-> Nothing]
  /\ left = [layers |-> LayerCrashes, workers |-> WorkerCrashes, runs |-> RunCrashes,
             losses |-> Losses, doubles |-> Doubles, moves |-> Moves]

Protocol ==
  \/ \E m \in net : \/ IsRunning /\ \/ LoopReceives(m) \/ LayerReceives(m)
                                    \/ WorkerReceives(m) \/ AnybodySweeps(m)
                    \/ ~IsRunning /\ m.t = "Forget" /\ LayerReceives(m)
  \/ IsRunning /\ \E a \in DOMAIN loops :
       \/ NameCheckpoint(a) \/ CountCheckpoint(a) \/ Finish(a) \/ Pause(a)
       \/ Tick(a)
  \/ TakeAttempt

Faults ==
  /\ IsRunning
  /\ \/ \E l \in Layers : CrashLayer(l) \/ MoveLayer(l)
     \/ \E w \in Workers : CrashWorker(w)
     \/ CrashRun \/ Usurp
     \/ \E m \in net : Lose(m)

Over == ~IsRunning /\ UNCHANGED vars

Next == Protocol \/ Faults \/ Over

Spec == Init /\ [][Next]_vars
FairSpec == Spec /\ WF_vars(Protocol)

(***************************************************************************)
(* What is promised                                                        *)
(***************************************************************************)
(* Nothing is applied twice, no micro-batch is missing from an applied step, and nothing of another
   attempt or computed on another version is in it. *)
AppliedOnceAndWhole ==
  /\ \A l \in Layers : layers[l].c = Good(layers[l].ver)
  /\ \A x \in store : x.c = Good(x.v)

(* A checkpoint that counts, and the one before, are of one version everywhere, and there. *)
CountedIsWholeAndKept ==
  \A id \in {journal.counted, journal.previous} \ {Start} :
    \A l \in Layers : Blob(l, id.a, id.v, Good(id.v)) \in store

(* What a layer holds of an attempt never goes beyond what that attempt decided. *)
NothingUndecided ==
  \A l \in Layers :
    LET y == layers[l]
    IN y.live /\ y.a \in DOMAIN loops /\ loops[y.a].status = "on" => y.ver <= loops[y.a].ver

(* Faults alone never make a run stand still (the store does not fail in this model). *)
NeverPaused == journal.status # "paused"

(* A layer that is moved is not lost: the run does not go back to a checkpoint. *)
MovedWithoutLoss == journal.attempt <= (IF Earlier THEN 2 ELSE 1)

(* A lower attempt changes nothing: not a layer's attempt, and not the journal. *)
LowerAttemptChangesNothing ==
  [][/\ journal'.attempt >= journal.attempt
     /\ journal'.counted # journal.counted =>
          /\ journal'.counted.a = journal'.attempt
          /\ journal'.counted.v >= journal.counted.v
     /\ \A l \in Layers :
          layers[l].live /\ layers'[l].live /\ left'.layers = left.layers =>
            layers'[l].a >= layers[l].a
    ]_<<journal, layers>>

(* Once faults stop, the run is finished. *)
Progress == <>(journal.status = "finished")

Symmetry == Permutations(Layers)
=============================================================================
