(** T15: a ball that a map F keeps and on which it contracts holds exactly one fixed point. The updates
    v <- F(v) and the flow tau v' = F(v) - v approach it from everywhere in the ball. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Gronwall Model Existence Lure Banach.
Open Scope R_scope.

Section Balls.
Variable n : nat.
Notation norm2 := (norm2 n).
Definition dot (u v : vec) : R := sum n (fun i => u i * v i).
(** The square of the distance. *)
Definition apart (u v : vec) : R := norm2 (fun i => v i - u i).

Lemma norm2_nonneg u : 0 <= norm2 u.
Proof. apply sum_nonneg. intros; apply Rle_0_sqr. Qed.

Lemma dot_cs u v : dot u v * dot u v <= norm2 u * norm2 v.
Proof. apply sum_cs. Qed.

Lemma norm2_minus u v : norm2 (fun i => v i - u i) = norm2 v - 2 * dot u v + norm2 u.
Proof.
  unfold Lure.norm2, dot. rewrite <- sum_scal, <- sum_minus, <- sum_plus. apply sum_ext. intros; ring.
Qed.

Lemma dot_halves u v : 2 * dot u v <= norm2 u + norm2 v.
Proof. pose proof (norm2_nonneg (fun i => v i - u i)) as N. rewrite norm2_minus in N. lra. Qed.

(** The ball of radius r around the centre c, and its point nearest to v. *)
Variable c : vec.
Variable r : R.
Hypothesis r_pos : 0 < r.
Definition in_ball (v : vec) : Prop := apart c v <= r * r.
Definition shrink (v : vec) : R := if Rle_dec (apart c v) (r * r) then 1 else r / sqrt (apart c v).
Definition pulled_in (v : vec) : vec := fun i => c i + shrink v * (v i - c i).

Lemma pulled_apart v : apart c (pulled_in v) = shrink v * shrink v * apart c v.
Proof.
  unfold apart, Lure.norm2, pulled_in. rewrite <- sum_scal. apply sum_ext. intros; ring.
Qed.

Lemma pulled_in_ball v : in_ball (pulled_in v).
Proof.
  unfold in_ball. rewrite pulled_apart. unfold shrink. destruct (Rle_dec (apart c v) (r * r)) as [|N]; [lra|].
  assert (P : 0 < apart c v) by nra. right.
  replace (r / sqrt (apart c v) * (r / sqrt (apart c v)) * apart c v)
    with (r * r * (apart c v / (sqrt (apart c v) * sqrt (apart c v)))).
  - rewrite sqrt_sqrt by lra. field. lra.
  - assert (0 < sqrt (apart c v)) by now apply sqrt_lt_R0. field. lra.
Qed.

Lemma pulled_id v : in_ball v -> pulled_in v = (fun i => c i + 1 * (v i - c i)).
Proof. intro H. unfold pulled_in, shrink. destruct (Rle_dec (apart c v) (r * r)); [reflexivity|easy]. Qed.

Lemma pulled_obtuse v w : in_ball w -> dot (fun i => v i - pulled_in v i) (fun i => w i - pulled_in v i) <= 0.
Proof.
  intro Hw. set (s := shrink v).
  assert (E : dot (fun i => v i - pulled_in v i) (fun i => w i - pulled_in v i)
    = (1 - s) * (dot (fun i => v i - c i) (fun i => w i - c i) - s * apart c v)).
  { unfold dot, apart, Lure.norm2. rewrite <- sum_scal, <- sum_minus, <- sum_scal. apply sum_ext.
    intros i _. unfold pulled_in. fold s. ring. }
  rewrite E. unfold s, shrink. destruct (Rle_dec (apart c v) (r * r)) as [|N]; [lra|].
  assert (P : 0 < apart c v) by nra. set (q := sqrt (apart c v)).
  assert (Pq : 0 < q) by now apply sqrt_lt_R0.
  assert (Qq : q * q = apart c v) by (apply sqrt_sqrt; lra).
  assert (Hq : r < q) by nra.
  assert (A : r / q * apart c v = r * q) by (rewrite <- Qq; field; lra). rewrite A.
  assert (B : dot (fun i => v i - c i) (fun i => w i - c i) <= r * q).
  { pose proof (dot_cs (fun i => v i - c i) (fun i => w i - c i)) as C.
    change (norm2 (fun i => v i - c i)) with (apart c v) in C.
    change (norm2 (fun i => w i - c i)) with (apart c w) in C. unfold in_ball in Hw.
    set (d := dot (fun i => v i - c i) (fun i => w i - c i)) in *.
    assert (D : d * d <= (r * q) * (r * q)).
    { apply Rle_trans with (1 := C). replace (r * q * (r * q)) with (apart c v * (r * r)) by (rewrite <- Qq; ring).
      apply Rmult_le_compat_l; lra. }
    assert (0 < r * q) by nra. nra. }
  assert (r / q < 1) by (apply (Rmult_lt_reg_r q); [exact Pq|]; unfold Rdiv; rewrite Rmult_assoc, Rinv_l; lra).
  nra.
Qed.

Lemma pulled_nearer v w : apart (pulled_in v) (pulled_in w) <= apart v w.
Proof.
  pose proof (pulled_obtuse v (pulled_in w) (pulled_in_ball w)) as A.
  pose proof (pulled_obtuse w (pulled_in v) (pulled_in_ball v)) as B.
  set (p := pulled_in v) in *. set (q := pulled_in w) in *.
  assert (E : dot (fun i => v i - p i) (fun i => q i - p i) + dot (fun i => w i - q i) (fun i => p i - q i)
    = apart p q - dot (fun i => q i - p i) (fun i => w i - v i)).
  { unfold dot, apart, Lure.norm2. rewrite <- sum_plus, <- sum_minus. apply sum_ext. intros; ring. }
  pose proof (dot_halves (fun i => q i - p i) (fun i => w i - v i)) as D. unfold apart in *. lra.
Qed.

(** F keeps the ball, and contracts on it. *)
Variable F : vec -> vec.
Variable q : R.
Hypothesis q_range : 0 < q < 1.
Hypothesis kept : forall v, in_ball v -> in_ball (F v).
Hypothesis contracts : forall v w, in_ball v -> in_ball w -> apart (F v) (F w) <= q * q * apart v w.

Lemma apart_agree u v w : agree n v w -> apart u v = apart u w.
Proof. intro A. apply sum_ext. intros i Hi. now rewrite (A i Hi). Qed.

Lemma in_ball_agree v w : agree n v w -> in_ball v -> in_ball w.
Proof. intros A. unfold in_ball. now rewrite (apart_agree c v w A). Qed.

Lemma apart_zero v w : apart v w <= 0 -> agree n v w.
Proof.
  intros H i Hi. pose proof (sum_zero_all n _ (fun j _ => Rle_0_sqr (w j - v j)) H i Hi) as Z.
  unfold Rsqr in Z. apply Rmult_integral in Z. lra.
Qed.

Lemma F_agree v w : in_ball v -> agree n v w -> agree n (F v) (F w).
Proof.
  intros Hv A. apply apart_zero. apply Rle_trans with (1 := contracts v w Hv (in_ball_agree v w A Hv)).
  assert (Z : apart v w = 0); [|rewrite Z; lra].
  unfold apart, Lure.norm2. transitivity (sum n (fun _ => 0)); [|apply sum_zero].
  apply sum_ext. intros i Hi. rewrite (A i Hi). ring.
Qed.

Lemma pulled_agree v : in_ball v -> agree n (pulled_in v) v.
Proof. intros H i Hi. rewrite (pulled_id v H). ring. Qed.

(** T15: the ball holds a fixed point, ... *)
Theorem T15_fixed : exists vs, in_ball vs /\ agree n (F vs) vs.
Proof.
  destruct (banach n (fun v => F (pulled_in v)) (q * q)) as (vs & E).
  - nra.
  - intros u v. apply Rle_trans with (1 := contracts _ _ (pulled_in_ball u) (pulled_in_ball v)).
    apply Rmult_le_compat_l; [nra|]. apply pulled_nearer.
  - assert (B : in_ball vs) by (apply (in_ball_agree _ _ E), kept, pulled_in_ball).
    exists vs. split; [exact B|]. intros i Hi. transitivity (F (pulled_in vs) i); [|exact (E i Hi)].
    apply F_agree; auto. intros j Hj. symmetry. now apply pulled_agree.
Qed.

(** ... and no other, ... *)
Theorem T15_one v w : in_ball v -> in_ball w -> agree n (F v) v -> agree n (F w) w -> agree n v w.
Proof.
  intros Hv Hw Ev Ew. apply apart_zero. pose proof (contracts v w Hv Hw) as C.
  assert (E : apart (F v) (F w) = apart v w).
  { apply sum_ext. intros i Hi. now rewrite (Ev i Hi), (Ew i Hi). }
  rewrite E in C. assert (0 < 1 - q * q) by nra. apply (Rmult_le_reg_l (1 - q * q)); lra.
Qed.

(** ... updates approach it by the factor q each, ... *)
Theorem T15_updates vs v t : in_ball vs -> agree n (F vs) vs -> in_ball v ->
  in_ball (Nat.iter t F v) /\ apart vs (Nat.iter t F v) <= (q * q) ^ t * apart vs v.
Proof.
  intros Hs Es Hv. induction t as [|t (IH1 & IH2)]; simpl; [split; [exact Hv|lra]|].
  split; [now apply kept|]. set (w := Nat.iter t F v) in *.
  assert (E : apart vs (F w) = apart (F vs) (F w)).
  { apply sum_ext. intros i Hi. now rewrite (Es i Hi). }
  rewrite E. apply Rle_trans with (1 := contracts vs w Hs IH1). rewrite (Rmult_assoc (q * q)).
  apply Rmult_le_compat_l; [nra|exact IH2].
Qed.

(** ... and so does the flow, at the rate (1 - q)/tau: the solution from each state of the ball exists
    and stays in the ball. *)
Variable tau : R.
Hypothesis tau_pos : 0 < tau.
Definition towards (v : vec) : vec := fun i => (F v i - v i) / tau.
Variable K : R.
Hypothesis K_pos : 0 <= K.
Hypothesis F_lipschitz : lipschitz_by n F K.

Lemma apart_derive (u : vec) (x : R -> vec) t (v : vec) : (forall i, (i < n)%nat ->
  is_derive (fun s => x s i) t (v i)) ->
  is_derive (fun s => apart u (x s)) t (2 * dot (fun i => x t i - u i) v).
Proof.
  intro D. unfold dot. rewrite <- sum_scal. apply (is_derive_sum n (fun s i => (x s i - u i) * (x s i - u i))).
  intros i Hi.
  assert (Dd : is_derive (fun s => x s i - u i) t (v i)).
  { evar_last; [apply (is_derive_minus (fun s => x s i) (fun _ => u i) t _ _ (D i Hi) (is_derive_const _ t))|].
    unfold minus, plus, opp, zero; simpl. ring. }
  evar_last; [apply (is_derive_mult (fun s => x s i - u i) (fun s => x s i - u i) t _ _ Dd Dd);
    intros; apply Rmult_comm|].
  unfold plus, mult; simpl. ring.
Qed.

Lemma dist_sqrt v w : dist n v w <= INR n * sqrt (apart v w) .
Proof.
  unfold dist.
  assert (E : forall z, sum n (fun _ => z) = INR n * z).
  { intro z. clear. induction n as [|p IH]; [simpl; ring|]. rewrite S_INR. simpl sum. rewrite IH. ring. }
  rewrite <- E. apply sum_le. intros i Hi. rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt. unfold Rsqr.
  apply (sum_term n (fun i => (w i - v i) * (w i - v i))); auto. intros; apply Rle_0_sqr.
Qed.

Lemma apart_dist v w : apart v w <= dist n v w * dist n v w.
Proof.
  unfold dist at 1. rewrite <- sum_scal_r. apply sum_le. intros i Hi.
  replace ((w i - v i) * (w i - v i)) with (Rabs (w i - v i) * Rabs (w i - v i))
    by (rewrite <- Rabs_mult; apply Rabs_pos_eq, Rle_0_sqr).
  apply Rmult_le_compat_l; [apply Rabs_pos|now apply dist_component].
Qed.

Lemma towards_lipschitz G M : 0 <= M -> lipschitz_by n G M ->
  exists C, 0 <= C /\ lipschitz_by n (fun v i => (G v i - v i) / tau) C.
Proof.
  intros HM L. exists ((M + 1) / tau). split; [apply Rlt_le, Rdiv_lt_0_compat; lra|].
  intros x y i Hi. pose proof (L x y i Hi) as A. pose proof (dist_component n x y i Hi) as B.
  replace ((G y i - y i) / tau - (G x i - x i) / tau)
    with ((G y i - G x i + - (y i - x i)) * / tau) by (field; lra).
  rewrite Rabs_mult, Rabs_inv, (Rabs_pos_eq tau) by lra.
  replace ((M + 1) / tau * dist n x y) with ((M + 1) * dist n x y * / tau) by (field; lra).
  apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat; lra|].
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp. lra.
Qed.

Lemma pulled_lipschitz : exists C, 0 <= C /\ lipschitz_by n (fun v => F (pulled_in v)) C.
Proof.
  exists (K * INR n). pose proof (pos_INR n) as Pn. split; [now apply Rmult_le_pos|]. intros x y i Hi.
  apply Rle_trans with (1 := F_lipschitz _ _ i Hi). rewrite Rmult_assoc. apply Rmult_le_compat_l; auto.
  apply Rle_trans with (1 := dist_sqrt _ _). apply Rmult_le_compat_l; auto.
  pose proof (dist_nonneg n x y) as D.
  rewrite <- (sqrt_Rsqr (dist n x y)) by exact D. apply sqrt_le_1_alt. unfold Rsqr.
  apply Rle_trans with (1 := pulled_nearer x y). apply apart_dist.
Qed.

(** The ball is invariant. *)
Theorem T15_invariant x : solves n towards x -> in_ball (x 0) -> forall t, 0 <= t -> in_ball (x t).
Proof.
  intros Hx H0. destruct pulled_lipschitz as (C & HC & LC).
  destruct (towards_lipschitz _ C HC LC) as (C' & HC' & LC').
  destruct (solution_exists n _ C' HC' LC' (x 0)) as (y & Y0 & Hy).
  assert (By : forall t, 0 <= t -> in_ball (y t)).
  { intros t Ht. unfold in_ball.
    pose proof (gronwall (fun s => apart c (y s) - r * r)
      (fun s => 2 * dot (fun i => y s i - c i) (fun i => (F (pulled_in (y s)) i - y s i) / tau))
      (- / tau)) as G.
    assert (U : apart c (y t) - r * r <= (apart c (y 0) - r * r) * exp (- / tau * t)).
    { apply G; auto.
      - intros s Hs. pose proof (apart_derive c y s _ (Hy s Hs)) as D1.
        pose proof (is_derive_const (K := R_AbsRing) (V := R_NormedModule) (r * r) s) as D2.
        evar_last; [exact (is_derive_minus _ _ _ _ _ D1 D2)|].
        unfold minus, plus, opp, zero; simpl. ring.
      - intros s Hs. pose proof (kept _ (pulled_in_ball (y s))) as B. unfold in_ball in B.
        set (f := F (pulled_in (y s))) in *.
        pose proof (dot_halves (fun i => y s i - c i) (fun i => f i - c i)) as D.
        fold (apart c (y s)) in D. fold (apart c f) in D.
        assert (E : dot (fun i => y s i - c i) (fun i => (f i - y s i) / tau)
          = / tau * (dot (fun i => y s i - c i) (fun i => f i - c i) - apart c (y s))).
        { unfold dot, apart, Lure.norm2. rewrite <- sum_minus, <- sum_scal. apply sum_ext. intros. field. lra. }
        rewrite E. replace (- / tau * (apart c (y s) - r * r)) with (/ tau * (r * r - apart c (y s))) by ring.
        replace (2 * (/ tau * (dot (fun i => y s i - c i) (fun i => f i - c i) - apart c (y s))))
          with (/ tau * (2 * dot (fun i => y s i - c i) (fun i => f i - c i) - 2 * apart c (y s))) by ring.
        apply Rmult_le_compat_l; [apply Rlt_le, Rinv_0_lt_compat; lra|]. lra. }
    pose proof (in_ball_agree _ _ (fun i Hi => eq_sym (Y0 i Hi)) H0) as B0. unfold in_ball in B0.
    pose proof (exp_pos (- / tau * t)). nra. }
  (* in the ball F(pulled_in v) = F(v): y solves the flow, and is x *)
  assert (Hy' : solves n towards y).
  { intros t Ht i Hi. evar_last; [now apply Hy|]. unfold towards.
    rewrite (F_agree (pulled_in (y t)) (y t) (pulled_in_ball _) (pulled_agree _ (By t Ht)) i Hi). reflexivity. }
  destruct (towards_lipschitz F K K_pos F_lipschitz) as (C2 & HC2 & LC2).
  intros t Ht. apply (in_ball_agree (y t) (x t)); [|now apply By].
  apply (solution_unique n towards); auto. now apply lipschitz_locally with C2.
Qed.

Theorem T15_flow vs v0 : in_ball vs -> agree n (F vs) vs -> in_ball v0 ->
  exists x, the_solution n towards v0 x /\ forall t, 0 <= t ->
    in_ball (x t) /\ apart vs (x t) <= apart vs v0 * exp (- (2 * (1 - q) / tau) * t).
Proof.
  intros Hs Es H0. destruct (towards_lipschitz F K K_pos F_lipschitz) as (C & HC & LC).
  destruct (picard_lindeloef n towards C v0 HC LC) as (x & X). exists x. split; [exact X|].
  destruct X as (X0 & Hx & _).
  pose proof (T15_invariant x Hx (in_ball_agree _ _ (fun i Hi => eq_sym (X0 i Hi)) H0)) as B.
  intros t Ht. split; [now apply B|]. rewrite <- (apart_agree vs (x 0) v0 X0).
  apply (gronwall (fun s => apart vs (x s)) (fun s => 2 * dot (fun i => x s i - vs i) (towards (x s)))); auto.
  { intros s Hs'. now apply apart_derive, Hx. }
  intros s Hs'. set (y := x s). pose proof (contracts vs y Hs (B s Hs')) as D.
  assert (E : dot (fun i => y i - vs i) (towards y)
    = / tau * (dot (fun i => y i - vs i) (fun i => F y i - F vs i) - apart vs y)).
  { unfold dot, apart, Lure.norm2, towards. rewrite <- sum_minus, <- sum_scal. apply sum_ext. intros i Hi.
    rewrite (Es i Hi). field. lra. }
  rewrite E.
  pose proof (dot_halves (fun i => q * (y i - vs i)) (fun i => F y i - F vs i)) as Q.
  assert (E1 : dot (fun i => q * (y i - vs i)) (fun i => F y i - F vs i)
    = q * dot (fun i => y i - vs i) (fun i => F y i - F vs i)).
  { unfold dot. rewrite <- sum_scal. apply sum_ext. intros; ring. }
  assert (E2 : norm2 (fun i => q * (y i - vs i)) = q * q * apart vs y).
  { unfold apart, Lure.norm2. rewrite <- sum_scal. apply sum_ext. intros; ring. }
  rewrite E1, E2 in Q. fold (apart (F vs) (F y)) in Q.
  set (d := dot (fun i => y i - vs i) (fun i => F y i - F vs i)) in *.
  assert (Hd : d <= q * apart vs y).
  { apply (Rmult_le_reg_l (2 * q)); [lra|]. lra. }
  replace (2 * (/ tau * (d - apart vs y))) with (/ tau * (2 * (d - apart vs y))) by ring.
  replace (- (2 * (1 - q) / tau) * apart vs y) with (/ tau * (2 * (q * apart vs y - apart vs y))) by (field; lra).
  apply Rmult_le_compat_l; [apply Rlt_le, Rinv_0_lt_compat; lra|]. lra.
Qed.
End Balls.
