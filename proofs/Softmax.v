(** The update v <- Xi^T softmax(beta Xi v) of modern Hopfield networks, and where it contracts. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Existence Lure T15_balls.
Open Scope R_scope.

Section Softmax.
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

(** softmax(beta Xi v), and the update *)
Definition weight (v : vec) (nu : nat) : R := exp (beta * dot (xi nu) v).
Definition total (v : vec) : R := sum K (weight v).
Definition softmax (v : vec) (nu : nat) : R := weight v nu / total v.
Definition update (v : vec) : vec := fun i => sum K (fun nu => softmax v nu * xi nu i).

Lemma total_pos v : 0 < total v.
Proof.
  unfold total. destruct K as [|p]; [lia|]. simpl.
  assert (0 <= sum p (weight v)) by (apply sum_nonneg; intros; apply Rlt_le, exp_pos).
  pose proof (exp_pos (beta * dot (xi p) v)). unfold weight at 2. lra.
Qed.

Lemma softmax_nonneg v nu : 0 <= softmax v nu.
Proof. apply Rlt_le, Rdiv_lt_0_compat; [apply exp_pos|apply total_pos]. Qed.

Lemma softmax_sum v : sum K (softmax v) = 1.
Proof.
  unfold softmax. rewrite (sum_ext K _ (fun nu => / total v * weight v nu)) by (intros; unfold Rdiv; ring).
  rewrite sum_scal. fold (total v). apply Rinv_l. pose proof (total_pos v). lra.
Qed.

(** A weight is at most what it is relative to another one. *)
Lemma softmax_relative v mu nu : (mu < K)%nat ->
  softmax v nu <= exp (beta * (dot (xi nu) v - dot (xi mu) v)).
Proof.
  intro Hm. unfold softmax, Rdiv. pose proof (total_pos v) as T.
  assert (A : weight v mu <= total v).
  { apply (sum_term K (weight v)); auto. intros; apply Rlt_le, exp_pos. }
  replace (beta * (dot (xi nu) v - dot (xi mu) v)) with (beta * dot (xi nu) v + - (beta * dot (xi mu) v)) by ring.
  rewrite exp_plus, exp_Ropp. apply Rmult_le_compat_l; [apply Rlt_le, exp_pos|].
  apply Rinv_le_contravar; [apply exp_pos|exact A].
Qed.

(** ** The update contracts where the covariance of the patterns is small *)

(** Means over the weights p. *)
Lemma covariance (p a c : vec) B : sum K p = 1 -> (forall nu, (nu < K)%nat -> 0 <= p nu) ->
  2 * B * (sum K (fun nu => p nu * (a nu * c nu)) - sum K (fun nu => p nu * a nu) * sum K (fun nu => p nu * c nu))
  <= B * B * sum K (fun nu => p nu * (a nu * a nu)) + sum K (fun nu => p nu * (c nu * c nu)).
Proof.
  intros P1 P0. set (x := fun nu => B * a nu - c nu). set (e := sum K (fun nu => p nu * x nu)).
  assert (V : 0 <= sum K (fun nu => p nu * ((x nu - e) * (x nu - e)))).
  { apply sum_nonneg. intros nu Hn. apply Rmult_le_pos; [auto|apply Rle_0_sqr]. }
  assert (E1 : sum K (fun nu => p nu * ((x nu - e) * (x nu - e)))
    = B * B * sum K (fun nu => p nu * (a nu * a nu)) - 2 * B * sum K (fun nu => p nu * (a nu * c nu))
      + sum K (fun nu => p nu * (c nu * c nu)) - 2 * e * e + e * e * sum K p).
  { assert (Ee : e = sum K (fun nu => p nu * x nu)) by reflexivity.
    replace (2 * e * e) with (2 * e * sum K (fun nu => p nu * x nu)) by (rewrite <- Ee; ring).
    rewrite <- !sum_scal, <- sum_minus, <- sum_plus, <- sum_minus, <- sum_plus.
    apply sum_ext. intros. unfold x. ring. }
  assert (Ee : e = B * sum K (fun nu => p nu * a nu) - sum K (fun nu => p nu * c nu)).
  { unfold e. rewrite <- sum_scal, <- sum_minus. apply sum_ext. intros. unfold x. ring. }
  rewrite P1 in E1. set (A := sum K (fun nu => p nu * a nu)) in *. set (C := sum K (fun nu => p nu * c nu)) in *.
  rewrite E1, Ee in V.
  pose proof (Rle_0_sqr (B * A)) as S1. pose proof (Rle_0_sqr C) as S2. unfold Rsqr in S1, S2.
  pose proof (Rle_0_sqr (B * A - C)) as S3. unfold Rsqr in S3. nra.
Qed.

(** The point s of the segment from v to w, and the derivative of the update along it. *)
Definition along (v w : vec) (s : R) : vec := fun i => v i + s * (w i - v i).

Lemma dot_along u v w s : dot u (along v w s) = dot u v + s * dot u (fun i => w i - v i).
Proof. unfold T15_balls.dot, along. rewrite <- sum_scal, <- sum_plus. apply sum_ext. intros; ring. Qed.

Lemma weight_derive v w nu s : is_derive (fun s => weight (along v w s) nu) s
  (beta * dot (xi nu) (fun i => w i - v i) * weight (along v w s) nu).
Proof.
  unfold weight. apply (is_derive_ext (fun s => exp (beta * (dot (xi nu) v + s * dot (xi nu) (fun i => w i - v i))))).
  { intro u. now rewrite dot_along. }
  rewrite dot_along. auto_derive; auto. ring.
Qed.

Lemma update_derive v w (e : vec) s :
  let p := softmax (along v w s) in
  let a := fun nu => dot (xi nu) (fun i => w i - v i) in
  let c := fun nu => dot (xi nu) e in
  is_derive (fun s => sum K (fun nu => softmax (along v w s) nu * c nu)) s
    (beta * (sum K (fun nu => p nu * (a nu * c nu)) - sum K (fun nu => p nu * a nu) * sum K (fun nu => p nu * c nu))).
Proof.
  intros p a c.
  assert (DN : is_derive (fun s => sum K (fun nu => weight (along v w s) nu * c nu)) s
    (sum K (fun nu => beta * a nu * weight (along v w s) nu * c nu))).
  { apply (is_derive_sum K (fun s nu => weight (along v w s) nu * c nu) s
      (fun nu => beta * a nu * weight (along v w s) nu * c nu)). intros nu _.
    pose proof (is_derive_scal (fun s => weight (along v w s) nu) s (c nu) _ (weight_derive v w nu s)) as D.
    apply (is_derive_ext (fun s => c nu * weight (along v w s) nu)); [intro; apply Rmult_comm|].
    evar_last; [exact D|]. unfold a. ring. }
  assert (DZ : is_derive (fun s => total (along v w s)) s
    (sum K (fun nu => beta * a nu * weight (along v w s) nu))).
  { apply (is_derive_sum K (fun s nu => weight (along v w s) nu)). intros nu _. apply weight_derive. }
  pose proof (total_pos (along v w s)) as T.
  assert (Tz : total (along v w s) <> 0) by lra.
  pose proof (is_derive_div _ _ s _ _ DN DZ Tz) as D.
  apply (is_derive_ext (fun s => sum K (fun nu => weight (along v w s) nu * c nu) / total (along v w s))).
  { intro u. unfold softmax, Rdiv. rewrite <- sum_scal_r. apply sum_ext. intros; ring. }
  evar_last; [exact D|]. unfold p, softmax.
  set (Z := total (along v w s)) in *. set (q := weight (along v w s)).
  rewrite (sum_ext K (fun nu => q nu / Z * (a nu * c nu)) (fun nu => / Z * (q nu * (a nu * c nu))))
    by (intros; unfold Rdiv; ring).
  rewrite (sum_ext K (fun nu => q nu / Z * a nu) (fun nu => / Z * (q nu * a nu))) by (intros; unfold Rdiv; ring).
  rewrite (sum_ext K (fun nu => q nu / Z * c nu) (fun nu => / Z * (q nu * c nu))) by (intros; unfold Rdiv; ring).
  rewrite (sum_ext K (fun nu => beta * a nu * q nu * c nu) (fun nu => beta * (q nu * (a nu * c nu)))) by (intros; ring).
  rewrite (sum_ext K (fun nu => beta * a nu * q nu) (fun nu => beta * (q nu * a nu))) by (intros; ring).
  rewrite !sum_scal. field. exact Tz.
Qed.

(** The update contracts by B along a segment on which beta times the second moment of the patterns about
    some point o is at most B. *)
Lemma update_contracts v w (o : vec) B : 0 < B ->
  (forall s u, 0 <= s <= 1 -> beta * sum K (fun nu => softmax (along v w s) nu
    * (dot (fun i => xi nu i - o i) u * dot (fun i => xi nu i - o i) u)) <= B * norm2 u) ->
  apart (update v) (update w) <= B * B * apart v w.
Proof.
  intros HB H. set (e := fun i => update w i - update v i). set (dl := fun i => w i - v i).
  set (phi := fun s => sum K (fun nu => softmax (along v w s) nu * dot (xi nu) e)).
  assert (Ephi : forall s, phi s = dot (update (along v w s)) e).
  { intro s. unfold phi, T15_balls.dot, update.
    rewrite (sum_ext K _ (fun nu => sum n (fun i => softmax (along v w s) nu * (xi nu i * e i))))
      by (intros; now rewrite sum_scal).
    rewrite sum_exchange. apply sum_ext. intros i _. rewrite <- sum_scal_r. apply sum_ext. intros; ring. }
  assert (ends : forall y s, (forall i, along v w s i = y i) -> forall i, update (along v w s) i = update y i).
  { intros y s E i.
    assert (Ew : forall nu, weight (along v w s) nu = weight y nu).
    { intro nu. unfold weight, T15_balls.dot. do 2 f_equal. apply sum_ext. intros j _. now rewrite E. }
    assert (Et : sum K (weight (along v w s)) = sum K (weight y)) by (apply sum_ext; intros; apply Ew).
    unfold update, softmax, total. apply sum_ext. intros nu _. now rewrite Ew, Et. }
  destruct (MVT_gen phi 0 1 (fun s => beta * (sum K (fun nu => softmax (along v w s) nu
      * (dot (xi nu) dl * dot (xi nu) e)) - sum K (fun nu => softmax (along v w s) nu * dot (xi nu) dl)
      * sum K (fun nu => softmax (along v w s) nu * dot (xi nu) e)))) as (s & Hs & E).
  - intros s _. apply update_derive.
  - intros s _. apply continuity_pt_filterlim.
    apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) phi s). eexists. apply update_derive.
  - rewrite Rmin_left, Rmax_right in Hs by lra.
    assert (N : phi 1 - phi 0 = norm2 e).
    { rewrite !Ephi. unfold T15_balls.dot, Lure.norm2. rewrite <- sum_minus. apply sum_ext. intros i _.
      rewrite (ends w 1), (ends v 0) by (intros; unfold along; ring). unfold e. ring. }
    rewrite N in E. set (p := softmax (along v w s)) in *.
    (* the covariance does not change when all patterns are moved by o *)
    set (a := fun nu => dot (fun i => xi nu i - o i) dl). set (c := fun nu => dot (fun i => xi nu i - o i) e).
    assert (P1 : sum K p = 1) by apply softmax_sum.
    assert (moved : forall u nu, dot (xi nu) u = dot (fun i => xi nu i - o i) u + dot o u).
    { intros u nu. unfold T15_balls.dot. rewrite <- sum_plus. apply sum_ext. intros; ring. }
    assert (Cov : sum K (fun nu => p nu * (dot (xi nu) dl * dot (xi nu) e))
      - sum K (fun nu => p nu * dot (xi nu) dl) * sum K (fun nu => p nu * dot (xi nu) e)
      = sum K (fun nu => p nu * (a nu * c nu)) - sum K (fun nu => p nu * a nu) * sum K (fun nu => p nu * c nu)).
    { rewrite (sum_ext K (fun nu => p nu * (dot (xi nu) dl * dot (xi nu) e)) (fun nu => p nu * (a nu * c nu)
        + dot o e * (p nu * a nu) + dot o dl * (p nu * c nu) + dot o dl * dot o e * p nu))
        by (intros; unfold a, c; rewrite (moved dl), (moved e); ring).
      rewrite (sum_ext K (fun nu => p nu * dot (xi nu) dl) (fun nu => p nu * a nu + dot o dl * p nu))
        by (intros; unfold a; rewrite (moved dl); ring).
      rewrite (sum_ext K (fun nu => p nu * dot (xi nu) e) (fun nu => p nu * c nu + dot o e * p nu))
        by (intros; unfold c; rewrite (moved e); ring).
      rewrite !sum_plus, !sum_scal, P1. ring. }
    rewrite Cov in E.
    pose proof (covariance p a c B P1 (fun nu _ => softmax_nonneg _ nu)) as V.
    pose proof (H s dl Hs) as H1. pose proof (H s e Hs) as H2. fold p in H1, H2.
    change (fun nu => p nu * (dot (fun i => xi nu i - o i) dl * dot (fun j => xi nu j - o j) dl))
      with (fun nu => p nu * (a nu * a nu)) in H1.
    change (fun nu => p nu * (dot (fun i => xi nu i - o i) e * dot (fun j => xi nu j - o j) e))
      with (fun nu => p nu * (c nu * c nu)) in H2.
    set (CV := sum K (fun nu => p nu * (a nu * c nu)) - sum K (fun nu => p nu * a nu) * sum K (fun nu => p nu * c nu)) in *.
    set (A2 := sum K (fun nu => p nu * (a nu * a nu))) in *. set (C2 := sum K (fun nu => p nu * (c nu * c nu))) in *.
    change (norm2 e <= B * B * norm2 dl).
    apply (Rmult_le_compat_l beta) in V; [|lra].
    assert (B * B * (beta * A2) <= B * B * (B * norm2 dl)) by (apply Rmult_le_compat_l; nra).
    apply (Rmult_le_reg_l B); [exact HB|]. nra.
Qed.

(** Everywhere the update is Lipschitz: no weight exceeds 1. *)
Lemma update_lipschitz : exists C, 0 <= C /\ lipschitz_by n update C.
Proof.
  set (S := sum K (fun nu => norm2 (xi nu))).
  assert (HS : 0 <= S) by (apply sum_nonneg; intros; apply norm2_nonneg).
  set (B := beta * S + 1). assert (HB : 0 < B) by (unfold B; pose proof (Rmult_le_pos beta S); lra).
  exists B. split; [lra|]. intros x y i Hi.
  assert (A : apart (update x) (update y) <= B * B * apart x y).
  { apply (update_contracts x y (fun _ => 0)); [exact HB|]. intros s u _.
    apply Rle_trans with (beta * (S * norm2 u)).
    - apply Rmult_le_compat_l; [lra|]. unfold S. rewrite <- sum_scal_r. apply sum_le. intros nu Hn.
      assert (P : softmax (along x y s) nu <= 1).
      { rewrite <- (softmax_sum (along x y s)). apply (sum_term K (softmax (along x y s))); auto.
        intros; apply softmax_nonneg. }
      pose proof (softmax_nonneg (along x y s) nu) as P0.
      assert (E : dot (fun i => xi nu i - 0) u = dot (xi nu) u) by (apply sum_ext; intros; ring). rewrite E.
      pose proof (dot_cs n (xi nu) u) as C. pose proof (Rle_0_sqr (dot (xi nu) u)) as Q. unfold Rsqr in Q. nra.
    - pose proof (norm2_nonneg n u). unfold B. nra. }
  pose proof (dist_nonneg n x y) as D. apply Rsqr_incr_0; [|apply Rabs_pos|apply Rmult_le_pos; lra].
  rewrite <- Rsqr_abs. unfold Rsqr. apply Rle_trans with (apart (update x) (update y)).
  { apply (sum_term n (fun i => (update y i - update x i) * (update y i - update x i))); auto.
    intros; apply Rle_0_sqr. }
  apply Rle_trans with (1 := A). pose proof (apart_dist n x y).
  replace (B * dist n x y * (B * dist n x y)) with (B * B * (dist n x y * dist n x y)) by ring.
  apply Rmult_le_compat_l; [nra|auto].
Qed.

Lemma ball_convex c r v w s : in_ball c r v -> in_ball c r w -> 0 <= s <= 1 -> in_ball c r (along v w s).
Proof.
  unfold T15_balls.in_ball. intros Hv Hw Hs.
  assert (E : apart c (along v w s) <= (1 - s) * apart c v + s * apart c w).
  { unfold T15_balls.apart, Lure.norm2. rewrite <- !sum_scal, <- sum_plus. apply sum_le. intros i _. unfold along.
    assert (Z : (1 - s) * ((v i - c i) * (v i - c i)) + s * ((w i - c i) * (w i - c i))
      - (v i + s * (w i - v i) - c i) * (v i + s * (w i - v i) - c i)
      = s * (1 - s) * ((w i - v i) * (w i - v i))) by ring.
    assert (0 <= s * (1 - s) * ((w i - v i) * (w i - v i))).
    { apply Rmult_le_pos; [nra|apply Rle_0_sqr]. }
    lra. }
  nra.
Qed.

(** Two vectors of lengths at most a and b have a sum of length at most a + b. *)
Lemma triangle u v a b : 0 <= a -> 0 <= b -> norm2 u <= a * a -> norm2 v <= b * b ->
  norm2 (fun i => u i + v i) <= (a + b) * (a + b).
Proof.
  intros Ha Hb Hu Hv. pose proof (dot_cs n u v) as C.
  assert (E : norm2 (fun i => u i + v i) = norm2 u + 2 * dot u v + norm2 v).
  { unfold Lure.norm2, T15_balls.dot. rewrite <- sum_scal, <- !sum_plus. apply sum_ext. intros; ring. }
  rewrite E. pose proof (norm2_nonneg n u). pose proof (norm2_nonneg n v).
  assert (dot u v * dot u v <= (a * b) * (a * b)).
  { apply Rle_trans with (1 := C). replace (a * b * (a * b)) with (a * a * (b * b)) by ring.
    apply Rmult_le_compat; auto. }
  assert (0 <= a * b) by (now apply Rmult_le_pos). assert (dot u v <= a * b) by nra. lra.
Qed.
End Softmax.
