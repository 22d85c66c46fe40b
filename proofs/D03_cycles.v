(** D3: synchronous updates of a symmetric network end in a fixed point or in a cycle of two states. *)
From Coq Require Import ZArith Lia.
From Hopverify Require Import Spins Pigeons.
Open Scope Z_scope.

Section Cycles.
Variable n : nat.
Variable W : nat -> nat -> Z.
Variable b : nat -> Z.
Notation drive := (drive n W b).
Notation update := (update n W b).
Hypothesis W_symmetric : symmetric n W.

(** L(t) of docs/theory.md for two states that follow each other *)
Definition two_step (s t : state) : Z := - pair n W t s - zsum n (fun i => b i * (t i + s i)).

Lemma two_step_agree s s' t t' : agree n s s' -> agree n t t' -> two_step s t = two_step s' t'.
Proof.
  intros H K. unfold two_step. rewrite (pair_agree n W t t' s s' K H). f_equal. apply zsum_ext.
  intros i Hi. now rewrite (H i Hi), (K i Hi).
Qed.

(** L(t+1) - L(t) = - (s(t+1) - s(t-1)).f(t) *)
Lemma two_step_change r s t :
  two_step s t - two_step r s = - zsum n (fun i => (t i - r i) * drive s i).
Proof.
  rewrite (zsum_ext n _ (fun i => t i * drive s i + -1 * (r i * drive s i))) by (intros; ring).
  rewrite zsum_plus, zsum_scal, !pair_drive. unfold two_step.
  rewrite (pair_symmetric n W s r W_symmetric).
  rewrite (zsum_ext n (fun i => b i * (t i + s i)) (fun i => b i * t i + b i * s i)) by (intros; ring).
  rewrite (zsum_ext n (fun i => b i * (s i + r i)) (fun i => b i * s i + b i * r i)) by (intros; ring).
  rewrite !zsum_plus. lia.
Qed.

(** No term of that sum is negative: the new state has the sign of the drive, unless that is 0. *)
Lemma term_sign f old r : r = 1 \/ r = -1 -> old = 1 \/ old = -1 ->
  0 <= (settle f old - r) * f /\ ((settle f old - r) * f = 0 -> settle f old = r \/ f = 0).
Proof.
  intros Hr Ho. unfold settle. destruct (Z.ltb_spec 0 f); [|destruct (Z.ltb_spec f 0)]; split; nia.
Qed.

Section Run.
Variable x : nat -> state.
Hypothesis start : spins n (x 0%nat).
Hypothesis run : forall t, x (S t) = update all (x t).

Lemma run_spins t : spins n (x t).
Proof. induction t; [auto|]. rewrite run. now apply update_spins. Qed.

Lemma two_step_falls t : two_step (x (S t)) (x (S (S t))) <= two_step (x t) (x (S t)).
Proof.
  pose proof (two_step_change (x t) (x (S t)) (x (S (S t)))) as E.
  assert (0 <= zsum n (fun i => (x (S (S t)) i - x t i) * drive (x (S t)) i)); [|lia].
  apply zsum_nonneg. intros i Hi. rewrite (run (S t)). unfold Spins.update, all.
  apply term_sign; apply run_spins; auto.
Qed.

(** On a cycle, where L is constant, s_i(t+1) = s_i(t-1) or f_i(t) = 0, and then s_i(t+1) = s_i(t). *)
Lemma constant_terms t i : two_step (x (S t)) (x (S (S t))) = two_step (x t) (x (S t)) ->
  (i < n)%nat -> x (S (S t)) i = x t i \/ x (S (S t)) i = x (S t) i.
Proof.
  intros C Hi. pose proof (two_step_change (x t) (x (S t)) (x (S (S t)))) as E.
  assert (P : forall j, (j < n)%nat -> 0 <= (x (S (S t)) j - x t j) * drive (x (S t)) j).
  { intros j Hj. rewrite (run (S t)). unfold Spins.update, all. apply term_sign; apply run_spins; auto. }
  pose proof (zsum_term n (fun j => (x (S (S t)) j - x t j) * drive (x (S t)) j) i P Hi) as T.
  specialize (P i Hi). cbv beta in T. assert (Z0 : (x (S (S t)) i - x t i) * drive (x (S t)) i = 0) by lia.
  rewrite (run (S t)) in Z0. unfold Spins.update, all in Z0.
  apply term_sign in Z0; [|apply run_spins; auto|apply run_spins; auto].
  rewrite (run (S t)). unfold Spins.update, all. destruct Z0 as [Z0|Z0]; [left; exact Z0|right].
  unfold settle. rewrite Z0. reflexivity.
Qed.

(** D3: from some time on, at most 2^n, every second state is the same. *)
Theorem D3 : exists a, (a < 2 ^ n)%nat /\ forall t, (a <= t)%nat -> agree n (x (S (S t))) (x t).
Proof.
  destruct (run_repeats n x run_spins) as (p & q & Hpq & Hq & A). exists p. split; [lia|].
  set (k := (q - p)%nat). assert (Hk : (0 < k)%nat) by (unfold k; lia).
  assert (Per : forall m, agree n (x (m + p + k)%nat) (x (m + p)%nat)).
  { induction m as [|m IH].
    - simpl. replace (p + k)%nat with q by (unfold k; lia). now apply agree_sym.
    - simpl. rewrite !run. now apply update_agree. }
  assert (Per' : forall t, (p <= t)%nat -> agree n (x (t + k)%nat) (x t)).
  { intros t Ht. replace t with ((t - p) + p)%nat by lia. apply Per. }
  assert (Pers : forall c t, (p <= t)%nat -> agree n (x (t + c * k)%nat) (x t)).
  { induction c as [|c IH]; intros t Ht.
    - rewrite Nat.mul_0_l, Nat.add_0_r. intros i _. reflexivity.
    - replace (t + S c * k)%nat with ((t + c * k) + k)%nat by lia.
      apply agree_trans with (x (t + c * k)%nat); [apply Per'; lia|apply IH; auto]. }
  (* L is constant from p on *)
  assert (Down : forall t m, two_step (x (m + t)%nat) (x (S (m + t))) <= two_step (x t) (x (S t))).
  { intros t m. induction m as [|m IH]; [simpl; lia|]. pose proof (two_step_falls (m + t)) as F.
    change (S m + t)%nat with (S (m + t)). lia. }
  assert (Const : forall t, (p <= t)%nat ->
    two_step (x (S t)) (x (S (S t))) = two_step (x t) (x (S t))).
  { intros t Ht. pose proof (two_step_falls t) as F. pose proof (Down (S t) (k - 1)%nat) as G.
    replace (k - 1 + S t)%nat with (t + k)%nat in G by lia.
    rewrite (two_step_agree _ _ _ _ (Per' t Ht) (Per' (S t) ltac:(lia) : agree n (x (S (t + k))) _)) in G.
    lia. }
  intros t Ht i Hi. destruct (constant_terms t i (Const t Ht) Hi) as [E|E]; [exact E|].
  destruct (Z.eq_dec (x (S (S t)) i) (x t i)) as [|Hne]; [auto|]. exfalso.
  (* the neuron keeps its state from now on *)
  assert (Stay : forall m, x (S (S (m + t))) i = x (S (m + t)) i).
  { induction m as [|m IH]; [exact E|].
    destruct (constant_terms (S (m + t)) i (Const (S (m + t)) ltac:(lia)) Hi) as [E'|E']; simpl; congruence. }
  assert (Keep : forall m, x (S (m + t)) i = x (S t) i).
  { induction m as [|m IH]; [reflexivity|]. simpl. now rewrite Stay. }
  pose proof (Pers 1%nat t Ht i Hi) as Q. rewrite Nat.mul_1_l in Q.
  specialize (Keep (k - 1)%nat). replace (S (k - 1 + t)) with (t + k)%nat in Keep by lia. congruence.
Qed.
End Run.
End Cycles.
