(** D1: neurons are updated one at a time. Every flip lowers the energy, and finitely many flips occur. *)
From Coq Require Import ZArith Lia.
From Hopverify Require Import Spins Pigeons.
Open Scope Z_scope.

Section OneAtATime.
Variable n : nat.
Variable W : nat -> nat -> Z.
Variable b : nat -> Z.
Notation drive := (drive n W b).
Notation energy2 := (energy2 n W b).
Hypothesis W_symmetric : symmetric n W.

(** D1, what a flip of the neuron i does to the energy: 2 dE = 4 s_i f_i - 4 W_ii *)
Theorem D1_change s i : spins n s -> (i < n)%nat ->
  energy2 (flip i s) - energy2 s = 4 * (s i * drive s i) - 4 * W i i.
Proof.
  intros Hs Hi. rewrite energy2_change by auto.
  set (d := fun j => flip i s j - s j).
  change (- pair n W d d - 2 * zsum n (fun j => d j * drive s j) = 4 * (s i * drive s i) - 4 * W i i).
  assert (D : forall j, j <> i -> d j = 0).
  { intros j Hj. unfold d, flip. destruct (Nat.eqb_spec j i); [contradiction|lia]. }
  assert (Di : d i = -2 * s i) by (unfold d, flip; rewrite Nat.eqb_refl; lia).
  rewrite (zsum_single n (fun j => d j * drive s j) i Hi) by (intros j _ Hj; rewrite D; auto).
  unfold pair.
  rewrite (zsum_single n (fun j => d j * zsum n (fun k => W j k * d k)) i Hi)
    by (intros j _ Hj; rewrite D; auto).
  rewrite (zsum_single n (fun k => W i k * d k) i Hi) by (intros j _ Hj; rewrite D by auto; lia).
  rewrite Di. destruct (Hs i Hi) as [-> | ->]; ring.
Qed.

(** D1, the drive rule: if W_ii >= 0, a flip of a neuron that its drive contradicts lowers the energy. *)
Theorem D1_descent s i : spins n s -> (i < n)%nat -> 0 <= W i i -> s i * drive s i < 0 ->
  energy2 (flip i s) < energy2 s.
Proof. intros Hs Hi Hw Hf. pose proof (D1_change s i Hs Hi). lia. Qed.

(** D1, the energy rule: a run of k flips, each of which lowers the energy, has k <= 2^n - 1. *)
Theorem D1_finite (x : nat -> state) k : (forall t, spins n (x t)) ->
  (forall t, (t < k)%nat -> energy2 (x (S t)) < energy2 (x t)) -> (k <= 2 ^ n - 1)%nat.
Proof.
  intros Hs Hd. assert (S k <= 2 ^ n)%nat; [|lia].
  apply (different_states n x); auto. intros p q H A.
  apply energy2_agree with (W := W) (b := b) in A.
  assert (G : forall m, (p + m <= k)%nat -> energy2 (x (p + m)%nat) <= energy2 (x p) - Z.of_nat m).
  { induction m as [|m IH]; intro Hm.
    - rewrite Nat.add_0_r. lia.
    - rewrite <- plus_n_Sm. specialize (Hd (p + m)%nat ltac:(lia)). specialize (IH ltac:(lia)). lia. }
  specialize (G (q - p)%nat ltac:(lia)). replace (p + (q - p))%nat with q in G by lia. lia.
Qed.

(** D1: with W = W^T and W_ii >= 0, a run that flips neurons against their drive, one at a time, has at
    most 2^n - 1 flips. *)
Theorem D1 (x : nat -> state) (i : nat -> nat) k :
  (forall j, (j < n)%nat -> 0 <= W j j) -> spins n (x 0%nat) ->
  (forall t, (t < k)%nat -> (i t < n)%nat /\ x t (i t) * drive (x t) (i t) < 0) ->
  (forall t, x (S t) = flip (i t) (x t)) -> (k <= 2 ^ n - 1)%nat.
Proof.
  intros Hw H0 Hf Hx. assert (Hs : forall t, spins n (x t)).
  { induction t; [auto|]. rewrite Hx. now apply flip_spins. }
  apply (D1_finite x); auto. intros t Ht. destruct (Hf t Ht) as (Hi & Hd). rewrite Hx.
  apply D1_descent; auto.
Qed.
End OneAtATime.
