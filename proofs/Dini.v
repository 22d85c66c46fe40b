(** A continuous function whose upper right Dini derivative is nowhere positive does not increase.
  *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Lemma dini_decreasing (f : R -> R) (a b : R) : a <= b ->
  (forall t, a <= t <= b -> continuous f t) ->
  (forall t eps, a <= t < b -> 0 < eps -> exists delta, 0 < delta /\ forall h, 0 < h < delta ->
    f (t + h) - f t <= eps * h) ->
  f b <= f a.
Proof.
  intros Hab C D. apply le_epsilon. intros e He.
  destruct (Req_dec a b) as [->|Hne]; [lra|].
  set (eps := e / (b - a)). assert (Hep : 0 < eps) by (apply Rdiv_lt_0_compat; lra).
  set (P := fun t => a <= t <= b /\ forall s, a <= s <= t -> f s <= f a + eps * (s - a)).
  assert (Pa : P a). { split; [lra|]. intros s Hs. replace s with a by lra. lra. }
  destruct (completeness P) as (c & U & L).
  { exists b. intros t (Ht & _). lra. }
  { exists a. exact Pa. }
  assert (Hac : a <= c) by (apply U; exact Pa).
  assert (Hcb : c <= b) by (apply L; intros t (Ht & _); lra).
  (* everything below c is fine *)
  assert (B : forall s, a <= s < c -> f s <= f a + eps * (s - a)).
  { intros s Hs. destruct (Rle_dec (f s) (f a + eps * (s - a))) as [|N]; auto.
    assert (c <= s); [|lra]. apply L. intros t (Ht & K). destruct (Rle_dec t s); auto. exfalso.
      apply N, K. lra. }
  (* and so is c *)
  assert (Bc : f c <= f a + eps * (c - a)).
  { destruct (Req_dec a c) as [<-|Hc]; [lra|]. apply le_epsilon. intros e2 He2.
    assert (Cc : continuous (fun s => f s - eps * (s - a)) c).
    { apply (continuous_minus f (fun s => eps * (s - a))); [apply C; lra|].
      apply (continuous_scal_r eps (fun s => s - a)).
        apply (continuous_minus (fun s => s) (fun _ => a));
        [apply continuous_id|apply continuous_const]. }
    destruct (proj1 (filterlim_locally _ _) Cc (mkposreal e2 He2)) as (d & K).
    set (s := Rmax a (c - d / 2)). pose proof (cond_pos d).
    assert (Hs : a <= s < c /\ c - s < d). { unfold s.
      split; [split; [apply Rmax_l|apply Rmax_lub_lt; lra]|]. pose proof (Rmax_r a (c - d / 2)).
      lra. }
    specialize (K s). assert (Bs : ball c d s). { change (Rabs (s - c) < d). apply Rabs_def1; lra. }
    specialize (K Bs). change (Rabs (f s - eps * (s - a) - (f c - eps * (c - a))) < e2) in K.
    apply Rabs_def2 in K. pose proof (B s (proj1 Hs)). lra. }
  assert (Pc : P c). { split; [lra|]. intros s Hs.
    destruct (Req_dec s c) as [->|]; [exact Bc|apply B; lra]. }
  destruct (Req_dec c b) as [->|Hcb'].
  { unfold eps in Bc. replace (e / (b - a) * (b - a)) with e in Bc by (field; lra). lra. }
  exfalso. assert (Hcc : a <= c < b) by lra. destruct (D c eps Hcc Hep) as (d & Hd & K).
  set (h := Rmin (d / 2) (b - c)).
  assert (Hh : 0 < h < d /\ h <= b - c). { unfold h. pose proof (Rmin_l (d / 2) (b - c)).
    pose proof (Rmin_r (d / 2) (b - c)).
    assert (0 < Rmin (d / 2) (b - c)) by (apply Rmin_pos; lra). lra. }
  assert (c + h <= c); [|lra]. apply U. split; [lra|]. intros s Hs.
  destruct (Rle_dec s c); [apply Pc; lra|].
  assert (H1 : 0 < s - c < d) by lra. pose proof (K (s - c) H1) as K1.
    replace (c + (s - c)) with s in K1 by ring. lra.
Qed.
