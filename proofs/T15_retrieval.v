(** T15: the update v <- Xi^T softmax(beta Xi v) of modern Hopfield networks keeps a ball around a pattern
    and contracts on it, and so it does with balls around other states (mixtures). *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Existence Lure T15_balls.
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

(** ** Balls around any state: mixtures *)
Section Mixtures.
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
  { intro ka. unfold weight, z. rewrite <- !exp_plus. f_equal. unfold T15_balls.dot. unfold dl.
    rewrite <- !Rmult_plus_distr_l, <- !sum_plus. f_equal. apply sum_ext. intros; ring. }
  pose proof (total_pos center) as Tc.
  assert (Tv : total center * exp (beta * dot mean dl) <= total v).
  { unfold total at 2. rewrite (sum_ext K _ (fun ka => weight center ka * exp (z ka) * exp (beta * dot mean dl)))
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
        rewrite sum_minus, sum_scal, softmax_sum. unfold mean, update. ring. }
      assert (Z' : sum K (fun ka => weight center ka * z ka) = 0).
      { rewrite (sum_ext K _ (fun ka => total center * (softmax center ka * z ka)))
          by (intros; unfold softmax; field; lra). rewrite sum_scal, Z. ring. }
      rewrite (sum_ext K (fun ka => weight center ka * (1 + z ka))
        (fun ka => weight center ka + weight center ka * z ka)) by (intros; ring).
      rewrite sum_plus, Z'. unfold total. lra.
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
  unfold softmax at 1. rewrite W. unfold softmax, Rdiv.
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
  intros Hv Hw. apply (update_contracts v w mean); [lra|]. intros s u Hs.
  apply Rle_trans with (2 := moments u). apply Rmult_le_compat_l; [lra|]. apply sum_le. intros nu Hn.
  apply Rmult_le_compat_r; [apply Rle_0_sqr|]. apply mixture_weight; auto. now apply ball_convex.
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
  { apply triangle; [exact eps_nonneg|nra|exact near|].
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
    { apply triangle; [exact eps_nonneg|nra|exact near|]. apply Rle_trans with (1 := C). rewrite <- Qa. lra. }
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
  intros Ht Bs Es B0. destruct update_lipschitz as (C & HC & LC).
  now apply (T15_flow n center r r_pos update q q_range mixture_keeps mixture_contracts tau Ht C HC LC).
Qed.
End Mixtures.

(** ** Balls around a pattern *)

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
  intro Hv. apply Rle_trans with (1 := softmax_relative v mu nu mu_pattern). unfold bound.
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
  unfold update. rewrite (sum_ext K (fun nu => softmax v nu * (xi nu i - xi mu i))
    (fun nu => softmax v nu * xi nu i - xi mu i * softmax v nu)) by (intros; ring).
  rewrite sum_minus, sum_scal, softmax_sum. ring.
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
  apply Rmult_le_compat_l; [apply Rmult_le_pos; apply softmax_nonneg|].
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
    - apply sum_nonneg. intros. apply Rmult_le_pos; [apply softmax_nonneg|apply far_nonneg].
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
  intros Hv Hw. apply (update_contracts v w (xi mu)); [lra|]. intros s u Hs.
  apply Rle_trans with (beta * (sum K (fun nu => bound nu * (far nu * far nu)) * norm2 u)).
  - apply Rmult_le_compat_l; [lra|]. rewrite <- sum_scal_r. apply sum_le. intros nu _.
    rewrite Rmult_assoc, far_square. apply Rmult_le_compat; [apply softmax_nonneg|apply Rle_0_sqr| |].
    + apply softmax_bound. now apply ball_convex.
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
  intros Ht Bs Es B0. destruct update_lipschitz as (C & HC & LC).
  assert (Kp : forall v, in_ball (xi mu) r v -> in_ball (xi mu) r (update v))
    by (intros v Hv; now apply T15_keeps).
  now apply (T15_flow n (xi mu) r r_pos update q q_range Kp T15_contracts tau Ht C HC LC).
Qed.
End Retrieval.
