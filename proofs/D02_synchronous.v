(** D2: neurons are updated together. If W is positive semidefinite the energy falls, and runs rest. *)
From Coq Require Import ZArith Lia.
From Hopverify Require Import Spins Pigeons.
Open Scope Z_scope.

Section Synchronous.
Variable n : nat.
Variable W : nat -> nat -> Z.
Variable b : nat -> Z.
Notation drive := (drive n W b).
Notation energy2 := (energy2 n W b).
Notation update := (update n W b).
Hypothesis W_symmetric : symmetric n W.
(** W is positive semidefinite; whole vectors are enough. *)
Hypothesis W_semidefinite : forall u : state, 0 <= pair n W u u.

(** D2: whichever neurons U are updated together, dE <= - 2 sum |f_i| over the neurons that are flipped. *)
Theorem D2_descent U s : spins n s -> energy2 (update U s) <= energy2 s
  - 4 * zsum n (fun i => if update U s i =? s i then 0 else Z.abs (drive s i)).
Proof.
  intro Hs. pose proof (energy2_change n W b s (update U s) W_symmetric) as E.
  pose proof (W_semidefinite (fun i => update U s i - s i)) as P.
  assert (F : zsum n (fun i => (update U s i - s i) * drive s i)
    = 2 * zsum n (fun i => if update U s i =? s i then 0 else Z.abs (drive s i))).
  { rewrite <- zsum_scal. apply zsum_ext. intros i Hi. unfold Spins.update. destruct (U i).
    - rewrite settle_moves by auto. destruct (settle (drive s i) (s i) =? s i); lia.
    - rewrite Z.eqb_refl. lia. }
  lia.
Qed.

(** D2: an update that changes a state lowers its energy. *)
Theorem D2_strict U s : spins n s -> energy2 (update U s) < energy2 s \/ agree n (update U s) s.
Proof.
  intro Hs. pose proof (D2_descent U s Hs) as D.
  set (f := fun i => if update U s i =? s i then 0 else Z.abs (drive s i)) in *.
  assert (N : forall i, (i < n)%nat -> 0 <= f i) by (intros; unfold f; destruct (_ =? _); lia).
  destruct (Z_lt_dec 0 (zsum n f)) as [P|P]; [left; lia|]. right. intros i Hi.
  pose proof (zsum_term n f i N Hi) as T. destruct (Z.eq_dec (update U s i) (s i)) as [|Hne]; [auto|].
  assert (F : f i = Z.abs (drive s i)) by (unfold f; apply Z.eqb_neq in Hne; now rewrite Hne).
  unfold Spins.update in Hne. destruct (U i); [|now destruct Hne].
  apply settle_tie in Hne. lia.
Qed.

(** D2: every run of synchronous updates comes to rest, within 2^n updates. *)
Theorem D2 (x : nat -> state) : spins n (x 0%nat) -> (forall t, x (S t) = update all (x t)) ->
  exists r, (r < 2 ^ n)%nat /\ forall t, (r <= t)%nat -> agree n (x t) (x r).
Proof.
  intros H0 Hx. assert (Hs : forall t, spins n (x t)).
  { induction t; [auto|]. rewrite Hx. now apply update_spins. }
  destruct (run_repeats n x Hs) as (p & q & Hpq & Hq & A).
  assert (Mono : forall t m, energy2 (x (m + t)%nat) <= energy2 (x t)).
  { intros t m. induction m as [|m IH]; simpl; [lia|]. rewrite Hx.
    destruct (D2_strict all (x (m + t)%nat) (Hs _)) as [L|E]; [lia|].
    rewrite (energy2_agree n W b _ _ E). lia. }
  assert (R : agree n (x (S p)) (x p)).
  { rewrite Hx. destruct (D2_strict all (x p) (Hs p)) as [L|E]; auto. exfalso.
    rewrite <- Hx in L. pose proof (Mono (S p) (q - S p)%nat) as M.
    replace (q - S p + S p)%nat with q in M by lia.
    rewrite <- (energy2_agree n W b _ _ A) in M. lia. }
  exists p. split; [lia|]. intros t Ht. replace t with ((t - p) + p)%nat by lia.
  induction (t - p)%nat as [|m IH]; [intros i _; reflexivity|]. simpl. rewrite Hx.
  apply agree_trans with (update all (x p)); [now apply update_agree|]. rewrite <- Hx. exact R.
Qed.
End Synchronous.
