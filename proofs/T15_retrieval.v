(** T15: the update of modern Hopfield networks keeps a ball around a pattern and contracts on it. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Existence Lure T15_balls Softmax.
Open Scope R_scope.

Section Retrieval.
(** K patterns xi mu of n neurons. *)
Variables n K : nat.
Variable xi : nat -> vec.
Variable beta : R.
Hypothesis beta_pos : 0 < beta.
Hypothesis some_pattern : (0 < K)%nat.
Notation dot := (dot n).
Notation norm2 := (norm2 n).
Notation apart := (apart n).
Notation in_ball := (in_ball n).
Notation softmax := (softmax n K xi beta).
Notation update := (update n K xi beta).

Variable mu : nat.
Hypothesis mu_pattern : (mu < K)%nat.
Variable r : R.
Hypothesis r_pos : 0 < r.

(** |xi_nu - xi_mu|, and the bound q_nu of the weight of nu on the ball *)
Definition far (nu : nat) : R := sqrt (apart (xi mu) (xi nu)).
Definition bound (nu : nat) : R :=
  exp (- beta * (dot (fun i => xi mu i - xi nu i) (xi mu) - r * far nu)).

Lemma far_square nu : far nu * far nu = apart (xi mu) (xi nu).
Proof. apply sqrt_sqrt, norm2_nonneg. Qed.

Lemma far_nonneg nu : 0 <= far nu.
Proof. apply sqrt_pos. Qed.

Lemma softmax_bound v nu : in_ball (xi mu) r v -> softmax v nu <= bound nu.
Proof.
  intro Hv. apply Rle_trans with (1 := softmax_relative n K xi beta some_pattern v mu nu mu_pattern). unfold bound.
  assert (A : dot (xi nu) v - dot (xi mu) v
    <= - (dot (fun i => xi mu i - xi nu i) (xi mu)) + r * far nu).
  { assert (E : dot (xi nu) v - dot (xi mu) v = - dot (fun i => xi mu i - xi nu i) (xi mu)
      + dot (fun i => xi nu i - xi mu i) (fun i => v i - xi mu i)).
    { unfold T15_balls.dot. rewrite <- sum_minus, <- sum_opp, <- sum_plus. apply sum_ext. intros; ring. }
    rewrite E. apply Rplus_le_compat_l.
    pose proof (dot_cs n (fun i => xi nu i - xi mu i) (fun i => v i - xi mu i)) as C.
    change (norm2 (fun i => xi nu i - xi mu i)) with (apart (xi mu) (xi nu)) in C.
    change (norm2 (fun i => v i - xi mu i)) with (apart (xi mu) v) in C. rewrite <- far_square in C.
    unfold T15_balls.in_ball in Hv. pose proof (far_nonneg nu) as F.
    set (d := dot (fun i => xi nu i - xi mu i) (fun i => v i - xi mu i)) in *.
    assert (d * d <= (r * far nu) * (r * far nu)).
    { apply Rle_trans with (1 := C). replace (r * far nu * (r * far nu)) with (far nu * far nu * (r * r)) by ring.
      apply Rmult_le_compat_l; [apply Rle_0_sqr|exact Hv]. }
    assert (0 <= r * far nu) by (apply Rmult_le_pos; lra). nra. }
  apply (Rmult_le_compat_l beta) in A; [|lra].
  destruct (Rle_lt_or_eq_dec _ _ A) as [L|L].
  - apply Rlt_le, exp_increasing. lra.
  - right. f_equal. rewrite L. ring.
Qed.

(** The premises of T15. *)
Hypothesis keeps : sum K (fun nu => bound nu * far nu) <= r.
Variable q : R.
Hypothesis q_range : 0 < q < 1.
Hypothesis moment : beta * sum K (fun nu => bound nu * (far nu * far nu)) <= q.

Lemma update_offset v i : update v i - xi mu i = sum K (fun nu => softmax v nu * (xi nu i - xi mu i)).
Proof.
  unfold Softmax.update. rewrite (sum_ext K (fun nu => softmax v nu * (xi nu i - xi mu i))
    (fun nu => softmax v nu * xi nu i - xi mu i * softmax v nu)) by (intros; ring).
  rewrite sum_minus, sum_scal, (softmax_sum n K xi beta some_pattern). ring.
Qed.

(** The update is as near to the pattern as the mean of |xi_nu - xi_mu|. *)
Lemma update_near v : apart (xi mu) (update v)
  <= sum K (fun nu => softmax v nu * far nu) * sum K (fun nu => softmax v nu * far nu).
Proof.
  unfold T15_balls.apart, Lure.norm2.
  rewrite (sum_ext n _ (fun i => sum K (fun nu => sum K (fun ka => softmax v nu * softmax v ka
    * ((xi nu i - xi mu i) * (xi ka i - xi mu i)))))).
  2: { intros i _. rewrite (update_offset v i), <- sum_scal_r. apply sum_ext. intros nu _.
    rewrite <- sum_scal. apply sum_ext. intros; ring. }
  rewrite sum_exchange, <- sum_scal_r. apply sum_le. intros nu Hn.
  rewrite sum_exchange, <- sum_scal. apply sum_le. intros ka Hk.
  rewrite sum_scal.
  replace (softmax v nu * far nu * (softmax v ka * far ka))
    with (softmax v nu * softmax v ka * (far nu * far ka)) by ring.
  apply Rmult_le_compat_l; [apply Rmult_le_pos; apply (softmax_nonneg n K xi beta some_pattern)|].
  pose proof (dot_cs n (fun i => xi nu i - xi mu i) (fun i => xi ka i - xi mu i)) as C.
  change (norm2 (fun i => xi nu i - xi mu i)) with (apart (xi mu) (xi nu)) in C.
  change (norm2 (fun i => xi ka i - xi mu i)) with (apart (xi mu) (xi ka)) in C.
  rewrite <- !far_square in C. pose proof (far_nonneg nu). pose proof (far_nonneg ka).
  change (dot (fun i => xi nu i - xi mu i) (fun i => xi ka i - xi mu i) <= far nu * far ka).
  set (d := dot _ _) in *. assert (0 <= far nu * far ka) by (apply Rmult_le_pos; lra). nra.
Qed.

(** T15: the update keeps the ball, and comes as near to the pattern as the sum of q_nu |xi_nu - xi_mu|. *)
Theorem T15_keeps v : in_ball (xi mu) r v ->
  apart (xi mu) (update v) <= sum K (fun nu => bound nu * far nu) * sum K (fun nu => bound nu * far nu) /\
  in_ball (xi mu) r (update v).
Proof.
  intro Hv.
  assert (A : 0 <= sum K (fun nu => softmax v nu * far nu) <= sum K (fun nu => bound nu * far nu)).
  { split.
    - apply sum_nonneg. intros. apply Rmult_le_pos; [apply (softmax_nonneg n K xi beta some_pattern)|apply far_nonneg].
    - apply sum_le. intros nu _. apply Rmult_le_compat_r; [apply far_nonneg|now apply softmax_bound]. }
  pose proof (update_near v) as B.
  assert (C : apart (xi mu) (update v)
    <= sum K (fun nu => bound nu * far nu) * sum K (fun nu => bound nu * far nu)).
  { apply Rle_trans with (1 := B). apply Rmult_le_compat; lra. }
  split; [exact C|]. unfold T15_balls.in_ball. apply Rle_trans with (1 := C). apply Rmult_le_compat; lra.
Qed.

(** T15: it contracts on the ball. *)
Theorem T15_contracts v w : in_ball (xi mu) r v -> in_ball (xi mu) r w ->
  apart (update v) (update w) <= q * q * apart v w.
Proof.
  intros Hv Hw. apply (update_contracts n K xi beta beta_pos some_pattern v w (xi mu)); [lra|]. intros s u Hs.
  apply Rle_trans with (beta * (sum K (fun nu => bound nu * (far nu * far nu)) * norm2 u)).
  - apply Rmult_le_compat_l; [lra|]. rewrite <- sum_scal_r. apply sum_le. intros nu _.
    rewrite Rmult_assoc, far_square. apply Rmult_le_compat; [apply (softmax_nonneg n K xi beta some_pattern)|apply Rle_0_sqr| |].
    + apply softmax_bound. now apply (ball_convex n).
    + apply dot_cs.
  - rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [apply norm2_nonneg|exact moment].
Qed.

(** T15: the ball around the pattern holds exactly one fixed point of the update; it is as near to the
    pattern as the sum of q_nu |xi_nu - xi_mu|, and updates from anywhere in the ball approach it. *)
Theorem T15_retrieval : exists vs, in_ball (xi mu) r vs /\ agree n (update vs) vs /\
  apart (xi mu) vs <= sum K (fun nu => bound nu * far nu) * sum K (fun nu => bound nu * far nu) /\
  (forall v, in_ball (xi mu) r v -> agree n (update v) v -> agree n vs v) /\
  forall v t, in_ball (xi mu) r v -> in_ball (xi mu) r (Nat.iter t update v) /\
    apart vs (Nat.iter t update v) <= (q * q) ^ t * apart vs v.
Proof.
  assert (Kp : forall v, in_ball (xi mu) r v -> in_ball (xi mu) r (update v))
    by (intros v Hv; now apply T15_keeps).
  destruct (T15_fixed n (xi mu) r r_pos update q q_range Kp T15_contracts) as (vs & Bs & Es).
  exists vs. split; [exact Bs|]. split; [exact Es|]. split; [|split].
  - rewrite <- (apart_agree n (xi mu) _ _ Es). now apply T15_keeps.
  - intros v Hv Ev. now apply (T15_one n (xi mu) r update q q_range T15_contracts).
  - intros v t Hv. now apply (T15_updates n (xi mu) r update q Kp T15_contracts).
Qed.
(** T15, the flow tau v' = update(v) - v likewise. *)
Theorem T15_retrieval_flow tau vs v0 : 0 < tau -> in_ball (xi mu) r vs -> agree n (update vs) vs ->
  in_ball (xi mu) r v0 ->
  exists x, the_solution n (towards update tau) v0 x /\ forall t, 0 <= t ->
    in_ball (xi mu) r (x t) /\ apart vs (x t) <= apart vs v0 * exp (- (2 * (1 - q) / tau) * t).
Proof.
  intros Ht Bs Es B0. destruct (update_lipschitz n K xi beta beta_pos some_pattern) as (C & HC & LC).
  assert (Kp : forall v, in_ball (xi mu) r v -> in_ball (xi mu) r (update v))
    by (intros v Hv; now apply T15_keeps).
  now apply (T15_flow n (xi mu) r r_pos update q q_range Kp T15_contracts tau Ht C HC LC).
Qed.
End Retrieval.
