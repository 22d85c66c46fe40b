(** T15, mixtures: the update of modern Hopfield networks keeps a ball around any state and contracts on
    it, if it comes near to the centre and the patterns have small moments there. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Existence Lure T15_balls Softmax.
Open Scope R_scope.

Section Mixtures.
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
Notation weight := (weight n xi beta).
Notation total := (total n K xi beta).

Variable center : vec.
Variable r q eps : R.
Hypothesis r_pos : 0 < r.
Hypothesis q_range : 0 < q < 1.
Hypothesis eps_nonneg : 0 <= eps.
(** m, the mean of the patterns under the weights at the centre, is what the update makes of it. *)
Definition mean : vec := update center.
Definition from_mean (nu : nat) : R := sqrt (apart mean (xi nu)).
(** M(r) < q I *)
Hypothesis moments : forall u, beta * sum K (fun nu => softmax center nu * exp (beta * (r * from_mean nu))
  * (dot (fun i => xi nu i - mean i) u * dot (fun i => xi nu i - mean i) u)) <= q * norm2 u.
Hypothesis near : apart center mean <= eps * eps.
Hypothesis room : eps <= (1 - q) * r.

Lemma mixture_weight v nu : (nu < K)%nat -> in_ball center r v ->
  softmax v nu <= softmax center nu * exp (beta * (r * from_mean nu)).
Proof.
  intros Hn Hv. set (dl := fun i => v i - center i).
  set (z := fun ka => beta * dot (fun i => xi ka i - mean i) dl).
  assert (W : forall ka, weight v ka = weight center ka * exp (z ka) * exp (beta * dot mean dl)).
  { intro ka. unfold Softmax.weight, z. rewrite <- !exp_plus. f_equal. unfold T15_balls.dot. unfold dl.
    rewrite <- !Rmult_plus_distr_l, <- !sum_plus. f_equal. apply sum_ext. intros; ring. }
  pose proof (total_pos n K xi beta some_pattern center) as Tc.
  assert (Tv : total center * exp (beta * dot mean dl) <= total v).
  { unfold Softmax.total at 2. rewrite (sum_ext K _ (fun ka => weight center ka * exp (z ka) * exp (beta * dot mean dl)))
      by (intros; apply W).
    rewrite sum_scal_r. apply Rmult_le_compat_r; [apply Rlt_le, exp_pos|].
    (* exp z >= 1 + z, and the mean of z is 0 *)
    apply Rle_trans with (sum K (fun ka => weight center ka * (1 + z ka))).
    - assert (Z : sum K (fun ka => softmax center ka * z ka) = 0).
      { unfold z, T15_balls.dot.
        rewrite (sum_ext K _ (fun ka => beta * sum n (fun i => softmax center ka * (xi ka i - mean i) * dl i)))
          by (intros; rewrite <- !sum_scal; apply sum_ext; intros; ring).
        rewrite sum_scal, sum_exchange, (sum_ext n _ (fun _ => 0)), sum_zero; [ring|].
        intros i _. rewrite sum_scal_r.
        rewrite (sum_ext K _ (fun ka => softmax center ka * xi ka i - mean i * softmax center ka)) by (intros; ring).
        rewrite sum_minus, sum_scal, (softmax_sum n K xi beta some_pattern). unfold mean, Softmax.update. ring. }
      assert (Z' : sum K (fun ka => weight center ka * z ka) = 0).
      { rewrite (sum_ext K _ (fun ka => total center * (softmax center ka * z ka)))
          by (intros; unfold Softmax.softmax; field; lra). rewrite sum_scal, Z. ring. }
      rewrite (sum_ext K (fun ka => weight center ka * (1 + z ka))
        (fun ka => weight center ka + weight center ka * z ka)) by (intros; ring).
      rewrite sum_plus, Z'. unfold Softmax.total. lra.
    - apply sum_le. intros ka _. apply Rmult_le_compat_l; [apply Rlt_le, exp_pos|apply exp_ineq1_le]. }
  assert (D : z nu <= beta * (r * from_mean nu)).
  { unfold z. apply Rmult_le_compat_l; [lra|].
    pose proof (dot_cs n (fun i => xi nu i - mean i) dl) as C.
    change (norm2 (fun i => xi nu i - mean i)) with (apart mean (xi nu)) in C.
    change (norm2 dl) with (apart center v) in C. unfold T15_balls.in_ball in Hv.
    assert (F : from_mean nu * from_mean nu = apart mean (xi nu)) by (apply sqrt_sqrt, norm2_nonneg).
    pose proof (sqrt_pos (apart mean (xi nu))) as P. fold (from_mean nu) in P. rewrite <- F in C.
    set (d := dot (fun i => xi nu i - mean i) dl) in *.
    assert (d * d <= (r * from_mean nu) * (r * from_mean nu)).
    { apply Rle_trans with (1 := C).
      replace (r * from_mean nu * (r * from_mean nu)) with (from_mean nu * from_mean nu * (r * r)) by ring.
      apply Rmult_le_compat_l; [nra|exact Hv]. }
    assert (0 <= r * from_mean nu) by (apply Rmult_le_pos; lra). nra. }
  assert (Ez : exp (z nu) <= exp (beta * (r * from_mean nu))).
  { destruct (Rle_lt_or_eq_dec _ _ D) as [L|L]; [now apply Rlt_le, exp_increasing|rewrite L; lra]. }
  pose proof (exp_pos (beta * dot mean dl)) as P1. pose proof (exp_pos (z nu)) as P2.
  pose proof (exp_pos (beta * dot (xi nu) center)) as P3. fold (weight center nu) in P3.
  unfold Softmax.softmax at 1. rewrite W. unfold Softmax.softmax, Rdiv.
  apply Rle_trans with (weight center nu * exp (z nu) * exp (beta * dot mean dl)
    * / (total center * exp (beta * dot mean dl))).
  - apply Rmult_le_compat_l.
    + apply Rmult_le_pos; [apply Rmult_le_pos|]; lra.
    + apply Rinv_le_contravar; [now apply Rmult_lt_0_compat|exact Tv].
  - apply Rle_trans with (weight center nu * / total center * exp (z nu)); [right; field; lra|].
    apply Rmult_le_compat_l; [|exact Ez]. apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra].
Qed.

Lemma mixture_contracts v w : in_ball center r v -> in_ball center r w ->
  apart (update v) (update w) <= q * q * apart v w.
Proof.
  intros Hv Hw. apply (update_contracts n K xi beta beta_pos some_pattern v w mean); [lra|]. intros s u Hs.
  apply Rle_trans with (2 := moments u). apply Rmult_le_compat_l; [lra|]. apply sum_le. intros nu Hn.
  apply Rmult_le_compat_r; [apply Rle_0_sqr|]. apply mixture_weight; auto. now apply (ball_convex n).
Qed.

Lemma center_in_ball : in_ball center r center.
Proof.
  unfold T15_balls.in_ball, T15_balls.apart, Lure.norm2.
  rewrite (sum_ext n _ (fun _ => 0)), sum_zero by (intros; ring). nra.
Qed.

Lemma mixture_keeps v : in_ball center r v -> in_ball center r (update v).
Proof.
  intro Hv. pose proof (mixture_contracts center v center_in_ball Hv) as C. fold mean in C.
  unfold T15_balls.in_ball in *.
  assert (T : norm2 (fun i => (mean i - center i) + (update v i - mean i)) <= (eps + q * r) * (eps + q * r)).
  { apply (triangle n); [exact eps_nonneg|nra|exact near|].
    apply Rle_trans with (1 := C). replace (q * r * (q * r)) with (q * q * (r * r)) by ring.
    apply Rmult_le_compat_l; [nra|exact Hv]. }
  assert (E : apart center (update v) = norm2 (fun i => (mean i - center i) + (update v i - mean i))).
  { apply sum_ext. intros; ring. }
  rewrite E. apply Rle_trans with (1 := T). assert (0 <= q * r) by nra. apply Rmult_le_compat; lra.
Qed.

(** T15, mixtures: the ball holds exactly one fixed point of the update, within eps/(1 - q) of its
    centre, and updates from anywhere in the ball approach it. *)
Theorem T15_mixture : exists vs, in_ball center r vs /\ agree n (update vs) vs /\
  (1 - q) * sqrt (apart center vs) <= eps /\
  (forall v, in_ball center r v -> agree n (update v) v -> agree n vs v) /\
  forall v t, in_ball center r v -> in_ball center r (Nat.iter t update v) /\
    apart vs (Nat.iter t update v) <= (q * q) ^ t * apart vs v.
Proof.
  destruct (T15_fixed n center r r_pos update q q_range mixture_keeps mixture_contracts) as (vs & Bs & Es).
  exists vs. split; [exact Bs|]. split; [exact Es|]. split; [|split].
  - set (a := sqrt (apart center vs)). pose proof (sqrt_pos (apart center vs)) as P. fold a in P.
    assert (Qa : a * a = apart center vs) by (apply sqrt_sqrt, norm2_nonneg).
    pose proof (mixture_contracts center vs center_in_ball Bs) as C. fold mean in C.
    assert (T : norm2 (fun i => (mean i - center i) + (update vs i - mean i)) <= (eps + q * a) * (eps + q * a)).
    { apply (triangle n); [exact eps_nonneg|nra|exact near|]. apply Rle_trans with (1 := C). rewrite <- Qa. lra. }
    assert (E : apart center vs = norm2 (fun i => (mean i - center i) + (update vs i - mean i))).
    { apply sum_ext. intros i Hi. rewrite (Es i Hi). ring. }
    rewrite <- E, <- Qa in T. assert (0 <= q * a) by nra.
    assert (a <= eps + q * a) by (apply Rsqr_incr_0_var; [exact T|lra]). lra.
  - intros v Hv Ev. now apply (T15_one n center r update q q_range mixture_contracts).
  - intros v t Hv. now apply (T15_updates n center r update q mixture_keeps mixture_contracts).
Qed.

(** T15, the flow: the solution of tau v' = update(v) - v from each state of the ball exists, stays in
    the ball, and approaches the fixed point at the rate (1 - q)/tau. *)
Theorem T15_mixture_flow tau vs v0 : 0 < tau -> in_ball center r vs -> agree n (update vs) vs ->
  in_ball center r v0 ->
  exists x, the_solution n (towards update tau) v0 x /\ forall t, 0 <= t ->
    in_ball center r (x t) /\ apart vs (x t) <= apart vs v0 * exp (- (2 * (1 - q) / tau) * t).
Proof.
  intros Ht Bs Es B0. destruct (update_lipschitz n K xi beta beta_pos some_pattern) as (C & HC & LC).
  now apply (T15_flow n center r r_pos update q q_range mixture_keeps mixture_contracts tau Ht C HC LC).
Qed.
End Mixtures.

