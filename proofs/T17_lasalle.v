(** T17 for elementwise networks with symmetric weights: a bounded solution comes to rest, and if there is
    one equilibrium only, it converges to it. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Dini Slopes Model Continuity Elementwise Existence Solutions.
From Hopverify Require Import T02_lipschitz T02_elementwise T10_boundedness.
From Hopverify Require Lure.
Open Scope R_scope.

(** A Lipschitz function has a least value on a box. *)
Lemma least_value n : forall M K (phi : vec -> R), 0 <= M ->
  (forall x y, Rabs (phi y - phi x) <= K * dist n x y) ->
  exists p, (forall i, (i < n)%nat -> Rabs (p i) <= M) /\
    forall x, (forall i, (i < n)%nat -> Rabs (x i) <= M) -> phi p <= phi x.
Proof.
  induction n as [|n IH]; intros M K phi HM L.
  { exists (fun _ => 0). split; [intros; lia|]. intros x _. specialize (L (fun _ => 0) x).
    unfold dist in L. simpl in L. rewrite Rmult_0_r in L. apply Rabs_le_between in L. lra. }
  set (put := fun (x : vec) s i => if Nat.eqb i n then s else x i).
  assert (Hput : forall x y s r, dist (S n) (put x s) (put y r) = dist n x y + Rabs (r - s)).
  { intros x y s r. unfold dist. simpl. f_equal.
    - apply sum_ext. intros i Hi. unfold put. destruct (Nat.eqb_spec i n); [lia|reflexivity].
    - unfold put. now rewrite Nat.eqb_refl. }
  assert (HK : 0 <= K).
  { specialize (L (put (fun _ => 0) 0) (put (fun _ => 0) 1)). rewrite Hput in L.
    rewrite (dist_agree n (fun _ => 0) (fun _ => 0)) in L by (intros i Hi; reflexivity).
    rewrite Rminus_0_r, Rabs_R1 in L.
    pose proof (Rabs_pos (phi (put (fun _ => 0) 1) - phi (put (fun _ => 0) 0))). lra. }
  assert (best : forall x, exists s, Rabs s <= M /\ forall r, Rabs r <= M -> phi (put x s) <= phi (put x r)).
  { intro x. destruct (continuity_ab_min (fun s => phi (put x s)) (- M) M) as (s & Hs & Bs); [lra| |].
    - intros s _. intros eps He. exists (eps / (K + 1)). split; [apply Rdiv_lt_0_compat; lra|].
      intros r (_ & Hr). simpl in *. unfold R_dist in *.
      apply Rle_lt_trans with (1 := L (put x s) (put x r)). rewrite Hput.
      rewrite (dist_agree n x x), Rplus_0_l by (intros i Hi; reflexivity).
      apply (Rmult_lt_compat_l (K + 1)) in Hr; [|lra].
      replace ((K + 1) * (eps / (K + 1))) with eps in Hr by (field; lra). pose proof (Rabs_pos (r - s)). lra.
    - exists s. split; [apply Rabs_le; lra|]. intros r Hr. apply Hs. apply Rabs_le_between in Hr. lra. }
  set (psi := fun x => real (Glb_Rbar (fun v => exists s, Rabs s <= M /\ v = phi (put x s)))).
  assert (Hpsi : forall x, exists s, Rabs s <= M /\ psi x = phi (put x s) /\
    forall r, Rabs r <= M -> psi x <= phi (put x r)).
  { intro x. destruct (best x) as (s & Hs & B). exists s. split; [exact Hs|].
    assert (E : psi x = phi (put x s)).
    { unfold psi. rewrite (is_glb_Rbar_unique _ (Finite (phi (put x s)))); [reflexivity|]. split.
      - intros v (r & Hr & ->). simpl. now apply B.
      - intros c Hc. apply Hc. now exists s. }
    split; [exact E|]. intros r Hr. rewrite E. now apply B. }
  destruct (IH M K psi HM) as (p & Bp & Mp).
  { assert (G : forall x y, psi y - psi x <= K * dist n x y).
    { intros x y. destruct (Hpsi x) as (s & Hs & Ex & _). destruct (Hpsi y) as (_ & _ & _ & My).
      specialize (My s Hs). rewrite Ex. pose proof (L (put x s) (put y s)) as A. rewrite Hput in A.
      replace (s - s) with 0 in A by ring. rewrite Rabs_R0, Rplus_0_r in A.
      apply Rabs_le_between in A. lra. }
    intros x y. apply Rabs_le. pose proof (G x y). pose proof (G y x) as B.
    replace (dist n y x) with (dist n x y) in B; [lra|]. apply sum_ext. intros. apply Rabs_minus_sym. }
  destruct (Hpsi p) as (s & Hs & Ep & _). exists (put p s). split.
  - intros i Hi. unfold put. destruct (Nat.eqb_spec i n); [exact Hs|]. apply Bp. lia.
  - intros x Hx. rewrite <- Ep. destruct (Hpsi x) as (_ & _ & _ & Mx).
    apply Rle_trans with (psi x); [apply Mp; intros; apply Hx; lia|].
    apply Rle_trans with (1 := Mx (x n) (Hx n (Nat.lt_succ_diag_r n))).
    specialize (L x (put x (x n))).
    rewrite (dist_agree (S n) x (put x (x n))) in L.
    + rewrite Rmult_0_r in L. apply Rabs_le_between in L. lra.
    + intros i Hi. unfold put. destruct (Nat.eqb_spec i n) as [->|]; reflexivity.
Qed.

Section LaSalle.
Variable n : nat.
Variables tau rho b h : vec.
Variable W : nat -> nat -> R.
Variable g L : nat -> R -> R.
Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis h_nonneg : forall i, 0 <= h i.
Hypothesis slopes : forall i, slopes_at_most (g i) (h i).
Hypothesis primitives : forall i, primitive_of (L i) (g i).
Hypothesis symmetric : forall i j, (i < n)%nat -> (j < n)%nat -> W i j = W j i.
Notation E := (network_energy n rho b W g L).
Notation force := (Model.force rho b (acts_of g) (dsyn n W)).
Notation dist := (dist n).

(** A solution that stays between -M and M. *)
Variable x : R -> vec.
Hypothesis solves : network_solution n tau rho b W g x.
Variable M : R.
Hypothesis bounded : forall t i, 0 <= t -> (i < n)%nat -> Rabs (x t i) <= M.

Definition act_at (t : R) (i : nat) : R := g i (x t i).
Definition ceiling (i : nat) : R := Rabs (g i 0) + h i * M.

Lemma act_bound t i : 0 <= t -> (i < n)%nat -> Rabs (act_at t i) <= ceiling i.
Proof.
  intros Ht Hi. pose proof (slopes_lipschitz (g i) (h i) 0 (x t i) (slopes i)) as A.
  rewrite Rminus_0_r in A. pose proof (bounded t i Ht Hi) as B. unfold ceiling, act_at.
  replace (g i (x t i)) with (g i 0 + (g i (x t i) - g i 0)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. pose proof (h_nonneg i). nra.
Qed.

(** The energy along the solution is bounded below, ... *)
Lemma energy_below : exists c, forall t, 0 <= t -> c <= E (x t).
Proof.
  exists (sum n (fun i => - (Rabs (b i) * ceiling i) - rho i * L i 0)
    - / 2 * sum n (fun i => sum n (fun j => Rabs (W i j) * ceiling i * ceiling j))).
  intros t Ht. unfold network_energy, Model.energy.
  assert (A : sum n (fun i => - (Rabs (b i) * ceiling i) - rho i * L i 0)
    <= sum n (fun i => (rho i * x t i - b i) * acts_of g (x t) i) - lagrangian n rho L (x t)).
  { unfold lagrangian. rewrite <- sum_minus. apply sum_le. intros i Hi. unfold acts_of.
    pose proof (proj1 (tangent_bound (L i) (g i) (h i) (x t i) 0 (primitives i) (slopes i))) as T.
    pose proof (rho_pos i Hi). pose proof (act_bound t i Ht Hi) as B. unfold act_at in B.
    assert (B2 : b i * g i (x t i) <= Rabs (b i) * ceiling i).
    { eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|exact B]. }
    apply (Rmult_le_compat_l (rho i)) in T; [|lra]. lra. }
  assert (B : - / 2 * sum n (fun i => sum n (fun j => Rabs (W i j) * ceiling i * ceiling j))
    <= syn n W (acts_of g (x t))).
  { unfold syn. assert (C : sum n (fun i => sum n (fun j => W i j * acts_of g (x t) i * acts_of g (x t) j))
      <= sum n (fun i => sum n (fun j => Rabs (W i j) * ceiling i * ceiling j))); [|lra].
    apply sum_le. intros i Hi. apply sum_le. intros j Hj. eapply Rle_trans; [apply Rle_abs|].
    rewrite !Rabs_mult. apply Rmult_le_compat.
    - apply Rmult_le_pos; apply Rabs_pos.
    - apply Rabs_pos.
    - apply Rmult_le_compat_l; [apply Rabs_pos|]. now apply act_bound.
    - now apply act_bound. }
  lra.
Qed.

Lemma energy_falls s t : 0 <= s <= t -> E (x t) <= E (x s).
Proof.
  intro H. apply (T2 n tau rho b (acts_of g) (lagrangian n rho L) (syn n W) (dsyn n W)); auto;
    eauto using lagrangian_gradient, lagrangian_convex, syn_gradient, acts_lipschitz, acts_timed.
Qed.

(** ... so from some time on it falls by as little as one likes. *)
Lemma energy_settles eta : 0 < eta -> exists t1, 0 <= t1 /\ forall s t, t1 <= s <= t -> E (x s) - E (x t) <= eta.
Proof.
  intro He. destruct energy_below as (c & Hc).
  (* otherwise it would fall by eta again and again *)
  destruct (Classical_Prop.classic (exists t1, 0 <= t1 /\ forall s t, t1 <= s <= t -> E (x s) - E (x t) <= eta))
    as [|N]; [auto|]. exfalso.
  assert (Again : forall k, exists t, 0 <= t /\ E (x t) <= E (x 0) - INR k * eta).
  { induction k as [|k (t & Ht & Et)]; [exists 0; simpl; lra|].
    destruct (Classical_Prop.classic (exists r, t <= r /\ E (x r) <= E (x t) - eta)) as [(r & Hr & Er)|F].
    - exists r. split; [lra|]. rewrite S_INR. lra.
    - exfalso. apply N. exists t. split; [exact Ht|]. intros s r Hs.
      destruct (Rle_dec (E (x s) - E (x r)) eta) as [|Q]; [auto|]. exfalso. apply F. exists r. split; [lra|].
      pose proof (energy_falls t s ltac:(lra)). lra. }
  assert (exists k, (E (x 0) - c) / eta < INR k) as (k & Hk).
  { set (z := (E (x 0) - c) / eta). destruct (nfloor_ex (Rabs z) (Rabs_pos z)) as (k & Hk).
    exists (S k). rewrite S_INR. pose proof (Rle_abs z). lra. }
  destruct (Again k) as (t & Ht & Et). specialize (Hc t Ht).
  apply (Rmult_lt_compat_r eta) in Hk; [|exact He].
  replace ((E (x 0) - c) / eta * eta) with (E (x 0) - c) in Hk by (field; lra). lra.
Qed.

(** Activations move slowly where the energy does. *)
Lemma activations_slow : exists a, 0 < a /\ forall i q lambda s t, (i < n)%nat -> q = 1 \/ q = -1 ->
  0 < lambda -> 0 <= s <= t ->
  q * (act_at t i - act_at s i) <= lambda / a * (E (x s) - E (x t)) + (t - s) / (4 * lambda).
Proof.
  destruct (positive_bound n (fun i => tau i / (h i + 1))) as (a & Ha & Ka).
  { intros i Hi. pose proof (h_nonneg i). apply Rdiv_lt_0_compat; [auto|lra]. }
  exists a. split; [exact Ha|]. intros i q lambda s t Hi Hq Hl Hst.
  assert (F : q * act_at t i + lambda / a * E (x t) - t * / (4 * lambda)
    <= q * act_at s i + lambda / a * E (x s) - s * / (4 * lambda)).
  { apply (dini_decreasing (fun r => q * act_at r i + lambda / a * E (x r) - r * / (4 * lambda)) s t); [lra| |].
    - intros r Hr.
      assert (CE : continuous (fun r => E (x r)) r).
      { apply (energy_continuous n tau rho b (acts_of g) (lagrangian n rho L) (syn n W) (dsyn n W)); auto;
          eauto using lagrangian_gradient, syn_gradient, acts_lipschitz. lra. }
      assert (CG : continuous (fun r => act_at r i) r).
      { unfold act_at. apply (continuous_comp (fun r => x r i) (g i)).
        - apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) (fun r => x r i) r).
          eexists. apply solves; [lra|exact Hi].
        - now apply slopes_continuous with (h i). }
      apply (continuous_minus (fun r => q * act_at r i + lambda / a * E (x r)) (fun r => r * / (4 * lambda))).
      + apply (continuous_plus (fun r => q * act_at r i) (fun r => lambda / a * E (x r)));
          [now apply (continuous_scal_r q (fun r => act_at r i))|
           now apply (continuous_scal_r (lambda / a) (fun r => E (x r)))].
      + apply (continuous_scal_l (fun r => r) (/ (4 * lambda))). apply continuous_id.
    - intros r eps Hr He.
      assert (He' : 0 < eps * a / lambda) by (apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; lra|lra]).
      destruct (T2_short_time n tau rho b (acts_of g) (lagrangian n rho L) (syn n W) (dsyn n W)) with
        (x := x) (t := r) (eps := eps * a / lambda) as (delta & Hd & K); auto;
        eauto using lagrangian_gradient, lagrangian_convex, syn_gradient, acts_lipschitz; try lra.
      exists delta. split; [exact Hd|]. intros k Hk. specialize (K k Hk).
      set (dE := E (x (r + k)) - E (x r)) in *.
      change (Model.energy n rho b (acts_of g) (lagrangian n rho L) (syn n W) (x (r + k))
        - Model.energy n rho b (acts_of g) (lagrangian n rho L) (syn n W) (x r)) with dE in K.
      set (dg := act_at (r + k) i - act_at r i).
      assert (P : a * (dg * dg) <= sum n (fun j => tau j * ((acts_of g (x (r + k)) j - acts_of g (x r) j)
        * (x (r + k) j - x r j)))).
      { assert (T : forall j, (j < n)%nat -> a * ((act_at (r + k) j - act_at r j) * (act_at (r + k) j - act_at r j))
          <= tau j * ((acts_of g (x (r + k)) j - acts_of g (x r) j) * (x (r + k) j - x r j))).
        { intros j Hj. unfold acts_of, act_at.
          pose proof (slope_product (g j) (h j) (x r j) (x (r + k) j) (slopes j)) as S.
          set (u := g j (x (r + k) j) - g j (x r j)) in *. set (v := x (r + k) j - x r j) in *.
          pose proof (h_nonneg j). pose proof (tau_pos j Hj). pose proof (Ka j Hj) as A.
          assert (Puv : 0 <= u * v).
          { unfold u, v. destruct (Rle_dec (x r j) (x (r + k) j)) as [Q|Q].
            - pose proof (slopes j _ _ Q). nra.
            - pose proof (slopes j (x (r + k) j) (x r j) ltac:(lra)). nra. }
          apply Rle_trans with (tau j / (h j + 1) * (u * u)).
          - apply Rmult_le_compat_r; [apply Rle_0_sqr|exact A].
          - unfold Rdiv. rewrite Rmult_assoc. apply Rmult_le_compat_l; [lra|].
            apply (Rmult_le_reg_l (h j + 1)); [lra|]. rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra. lra. }
        apply Rle_trans with (1 := T i Hi).
        apply (sum_term n (fun j => tau j * ((acts_of g (x (r + k)) j - acts_of g (x r) j)
          * (x (r + k) j - x r j)))); [|exact Hi].
        intros j Hj. apply Rle_trans with (2 := T j Hj). apply Rmult_le_pos; [lra|apply Rle_0_sqr]. }
      set (Q := sum n (fun j => tau j * ((acts_of g (x (r + k)) j - acts_of g (x r) j)
        * (x (r + k) j - x r j)))) in *.
      assert (K2 : lambda / a * dE <= eps * k - lambda * (/ k * (dg * dg))).
      { apply (Rmult_le_compat_l (lambda / a)) in K; [|apply Rlt_le, Rdiv_lt_0_compat; lra].
        apply Rle_trans with (1 := K).
        replace (lambda / a * (eps * a / lambda * k - / k * Q)) with (eps * k - lambda / a * (/ k * Q)) by (field; lra).
        assert (Z : lambda * (/ k * (dg * dg)) <= lambda / a * (/ k * Q)); [|lra].
        replace (lambda * (/ k * (dg * dg))) with (lambda / a * (/ k * (a * (dg * dg)))) by (field; lra).
        apply Rmult_le_compat_l; [apply Rlt_le, Rdiv_lt_0_compat; lra|].
        apply Rmult_le_compat_l; [apply Rlt_le, Rinv_0_lt_compat; lra|exact P]. }
      assert (K3 : q * dg <= lambda * (/ k * (dg * dg)) + k * / (4 * lambda)).
      { assert (Sq : 0 <= / (4 * lambda * k) * ((2 * lambda * dg - q * k) * (2 * lambda * dg - q * k))).
        { apply Rmult_le_pos; [|apply Rle_0_sqr]. apply Rlt_le, Rinv_0_lt_compat.
          apply Rmult_lt_0_compat; lra. }
        replace (/ (4 * lambda * k) * ((2 * lambda * dg - q * k) * (2 * lambda * dg - q * k)))
          with (lambda * (/ k * (dg * dg)) - q * dg + q * q * (k * / (4 * lambda))) in Sq by (field; lra).
        assert (q * q = 1) by (destruct Hq; subst; lra). rewrite H, Rmult_1_l in Sq. lra. }
      replace (q * act_at (r + k) i + lambda / a * E (x (r + k)) - (r + k) * / (4 * lambda)
        - (q * act_at r i + lambda / a * E (x r) - r * / (4 * lambda)))
        with (q * dg + lambda / a * dE - k * / (4 * lambda)) by (unfold dg, dE; ring).
      lra. }
  unfold Rdiv at 2. lra.
Qed.

(** Over any stretch of time T, activations come to change by as little as one likes. *)
Lemma activations_settle T eta : 0 < T -> 0 < eta -> exists t1, 0 <= t1 /\
  forall s t i, t1 <= s <= t -> t <= s + T -> (i < n)%nat -> Rabs (act_at t i - act_at s i) <= eta.
Proof.
  intros HT He. destruct activations_slow as (a & Ha & Ka). set (lambda := T / (2 * eta)).
  assert (Hl : 0 < lambda) by (apply Rdiv_lt_0_compat; lra).
  destruct (energy_settles (a * eta / (2 * lambda))) as (t1 & Ht1 & K1).
  { apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; lra|lra]. }
  exists t1. split; [exact Ht1|]. intros s t i Hst HtT Hi.
  specialize (K1 s t Hst).
  assert (B : forall q, q = 1 \/ q = -1 -> q * (act_at t i - act_at s i) <= eta).
  { intros q Hq. pose proof (Ka i q lambda s t Hi Hq Hl ltac:(lra)) as A.
    assert (A1 : lambda / a * (E (x s) - E (x t)) <= eta / 2).
    { apply Rle_trans with (lambda / a * (a * eta / (2 * lambda))).
      - apply Rmult_le_compat_l; [apply Rlt_le, Rdiv_lt_0_compat; lra|exact K1].
      - right. field. lra. }
    assert (A2 : (t - s) / (4 * lambda) <= eta / 2).
    { apply Rle_trans with (T / (4 * lambda)).
      - apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat; lra|lra].
      - right. unfold lambda. field. lra. }
    lra. }
  pose proof (B 1 (or_introl eq_refl)). pose proof (B (-1) (or_intror eq_refl)). apply Rabs_le. lra.
Qed.

(** T17: a bounded solution comes to rest: its velocity tends to 0. *)
Theorem T17_rests eps : 0 < eps -> exists t1, 0 <= t1 /\
  forall t i, t1 <= t -> (i < n)%nat -> Rabs (force (x t) i) <= eps.
Proof.
  intro He.
  set (w := sum n (fun i => sum n (fun j => Rabs (W i j))) + 1).
  assert (Hw : 1 <= w).
  { unfold w. assert (0 <= sum n (fun i => sum n (fun j => Rabs (W i j)))); [|lra].
    apply sum_nonneg; intros; apply sum_nonneg; intros; apply Rabs_pos. }
  assert (Row : forall i, (i < n)%nat -> sum n (fun j => Rabs (W i j)) <= w).
  { intros i Hi. apply Rle_trans with (sum n (fun i => sum n (fun j => Rabs (W i j)))); [|unfold w; lra].
    apply (sum_term n (fun i => sum n (fun j => Rabs (W i j)))); auto.
    intros; apply sum_nonneg; intros; apply Rabs_pos. }
  set (u := fun t i => sum n (fun j => W i j * act_at t j) + b i).
  assert (Hf : forall t i, force (x t) i = u t i - rho i * x t i).
  { intros t i. unfold Model.force, dsyn, u, acts_of, act_at. ring. }
  destruct (bounded_family n (fun i => sum n (fun j => Rabs (W i j) * ceiling j) + Rabs (b i) + rho i * Rabs M))
    as (F0 & HF0 & KF0).
  assert (Hr0 : forall t i, 0 <= t -> (i < n)%nat -> Rabs (rho i * x t i - u t i) <= F0).
  { intros t i Ht Hi. apply Rle_trans with (2 := KF0 i Hi). apply Rle_trans with (2 := Rle_abs _).
    replace (rho i * x t i - u t i) with (rho i * x t i + - u t i) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp, Rabs_mult.
    pose proof (rho_pos i Hi). rewrite (Rabs_pos_eq (rho i)) by lra.
    assert (A : Rabs (u t i) <= sum n (fun j => Rabs (W i j) * ceiling j) + Rabs (b i)).
    { unfold u. eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat_r.
      eapply Rle_trans; [apply sum_abs|]. apply sum_le. intros j Hj. rewrite Rabs_mult.
      apply Rmult_le_compat_l; [apply Rabs_pos|now apply act_bound]. }
    assert (B : rho i * Rabs (x t i) <= rho i * Rabs M).
    { apply Rmult_le_compat_l; [lra|]. apply Rle_trans with (1 := bounded t i Ht Hi), Rle_abs. }
    lra. }
  destruct (positive_bound n (fun i => rho i / tau i)) as (r & Hr & Kr).
  { intros i Hi. apply Rdiv_lt_0_compat; auto. }
  set (T := 2 * F0 / eps / r). assert (HT : 0 < T) by (repeat apply Rdiv_lt_0_compat; lra).
  assert (Late : F0 * exp (- r * T) <= eps / 2).
  { pose proof (exp_ineq1_le (r * T)) as X. pose proof (exp_pos (- r * T)) as P.
    assert (C : exp (r * T) * exp (- r * T) = 1).
    { rewrite <- exp_plus. replace (r * T + - r * T) with 0 by ring. apply exp_0. }
    assert (Q : F0 <= eps / 2 * exp (r * T)).
    { apply Rle_trans with (eps / 2 * (r * T)); [right; unfold T; field; lra|]. apply Rmult_le_compat_l; lra. }
    apply Rle_trans with (eps / 2 * exp (r * T) * exp (- r * T)); [apply Rmult_le_compat_r; lra|].
    rewrite Rmult_assoc, C. lra. }
  destruct (activations_settle T (eps / (4 * w))) as (t1 & Ht1 & K1); [exact HT|apply Rdiv_lt_0_compat; lra|].
  exists (t1 + T). split; [lra|]. intros t i Ht Hi. set (t0 := t - T).
  assert (Near : forall s, t0 <= s <= t -> Rabs (u s i - u t0 i) <= eps / 4).
  { intros s Hs. unfold u.
    replace (sum n (fun j => W i j * act_at s j) + b i - (sum n (fun j => W i j * act_at t0 j) + b i))
      with (sum n (fun j => W i j * (act_at s j - act_at t0 j))).
    - apply Rle_trans with (sum n (fun j => Rabs (W i j)) * (eps / (4 * w))).
      + eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_scal_r. apply sum_le. intros j Hj.
        rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|]. apply K1; auto; unfold t0 in *; lra.
      + apply Rle_trans with (w * (eps / (4 * w))); [|right; field; lra].
        apply Rmult_le_compat_r; [apply Rlt_le, Rdiv_lt_0_compat; lra|now apply Row].
    - rewrite (sum_ext n (fun j => W i j * (act_at s j - act_at t0 j))
        (fun j => W i j * act_at s j - W i j * act_at t0 j)) by (intros; ring). rewrite sum_minus. ring. }
  assert (A : Rabs (rho i * x (t0 + T) i - u t0 i)
    <= eps / 4 + Rabs (rho i * x (t0 + 0) i - u t0 i) * exp (- (rho i / tau i) * T)).
  { pose proof (tau_pos i Hi). pose proof (rho_pos i Hi).
    apply (drawn (fun s => rho i * x (t0 + s) i) (fun s => u (t0 + s) i)); [now apply Rdiv_lt_0_compat|lra| |].
    - intros s Hs. assert (P0 : 0 <= t0 + s) by (unfold t0; lra).
      pose proof (solves (t0 + s) P0 i Hi) as D.
      assert (Ds : is_derive (fun s => t0 + s) s 1) by (auto_derive; auto).
      pose proof (is_derive_comp (fun v => x v i) (fun s => t0 + s) s _ _ D Ds) as Dc.
      evar_last; [exact (is_derive_scal _ s (rho i) _ Dc)|].
      unfold scal; simpl. unfold mult; simpl. rewrite Hf. field. lra.
    - intros s Hs. apply Near. unfold t0 in *. lra. }
  replace (t0 + T) with t in A by (unfold t0; ring). rewrite Rplus_0_r in A.
  assert (P0 : 0 <= t0) by (unfold t0; lra).
  pose proof (Hr0 t0 i P0 Hi) as B. pose proof (Near t ltac:(unfold t0; lra)) as C.
  assert (D : exp (- (rho i / tau i) * T) <= exp (- r * T)).
  { pose proof (Kr i Hi) as Z. assert (Z2 : - (rho i / tau i) * T <= - r * T) by nra.
    destruct Z2 as [Z2|Z2]; [now apply Rlt_le, exp_increasing|rewrite Z2; lra]. }
  assert (B2 : Rabs (rho i * x t0 i - u t0 i) * exp (- (rho i / tau i) * T) <= F0 * exp (- r * T)).
  { apply Rmult_le_compat; auto; [apply Rabs_pos|apply Rlt_le, exp_pos]. }
  rewrite Hf. replace (u t i - rho i * x t i) with ((u t i - u t0 i) + - (rho i * x t i - u t0 i)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp. lra.
Qed.

(** T17: if there is one equilibrium only, the solution converges to it. *)
Variable xs : vec.
Hypothesis only : forall y, network_equilibrium n rho b W g y -> agree n y xs.

Lemma force_lipschitz y z i : (i < n)%nat ->
  Rabs (force z i - force y i) <= (rho i + slopes_weights n h W) * dist y z.
Proof.
  intro Hi. unfold Model.force. pose proof (rho_pos i Hi).
  replace (b i - rho i * z i - dsyn n W (acts_of g z) i - (b i - rho i * y i - dsyn n W (acts_of g y) i))
    with (- (rho i * (z i - y i)) + - (dsyn n W (acts_of g z) i - dsyn n W (acts_of g y) i)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite !Rabs_Ropp, Rabs_mult, (Rabs_pos_eq (rho i)) by lra.
  rewrite Rmult_plus_distr_r. apply Rplus_le_compat.
  - apply Rmult_le_compat_l; [lra|now apply dist_component].
  - now apply dsyn_lipschitz.
Qed.

Theorem T17 eps : 0 < eps -> exists t1, 0 <= t1 /\ forall t, t1 <= t -> dist xs (x t) < eps.
Proof.
  intro He.
  set (phi := fun y => sum n (fun i => Rabs (force y i)) + Rmax 0 (eps - dist xs y)).
  set (K := sum n (fun i => rho i + slopes_weights n h W) + 1).
  assert (Lphi : forall y z, Rabs (phi z - phi y) <= K * dist y z).
  { intros y z. unfold phi, K. rewrite Rmult_plus_distr_r, Rmult_1_l.
    replace (sum n (fun i => Rabs (force z i)) + Rmax 0 (eps - dist xs z)
      - (sum n (fun i => Rabs (force y i)) + Rmax 0 (eps - dist xs y)))
      with (sum n (fun i => Rabs (force z i) - Rabs (force y i))
        + (Rmax 0 (eps - dist xs z) - Rmax 0 (eps - dist xs y))) by (rewrite sum_minus; ring).
    eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat.
    - eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_scal_r. apply sum_le. intros i Hi.
      apply Rle_trans with (1 := Rabs_triang_inv2 _ _). now apply force_lipschitz.
    - assert (T : forall p q r, dist p r <= dist p q + dist q r).
      { intros p q r. unfold Model.dist. rewrite <- sum_plus. apply sum_le. intros i _.
        replace (r i - p i) with ((q i - p i) + (r i - q i)) by ring. apply Rabs_triang. }
      assert (Sy : dist z y = dist y z) by (apply sum_ext; intros; apply Rabs_minus_sym).
      pose proof (T xs y z) as T1. pose proof (T xs z y) as T2'. rewrite Sy in T2'.
      apply Rabs_le. unfold Rmax. destruct (Rle_dec 0 (eps - dist xs z)), (Rle_dec 0 (eps - dist xs y)); lra. }
  destruct (Nat.eq_dec n 0) as [Z0|Nz].
  { exists 0. split; [lra|]. intros t _. unfold Model.dist. rewrite Z0. simpl. exact He. }
  assert (HM : 0 <= M).
  { apply Rle_trans with (2 := bounded 0 0 (Rle_refl 0) ltac:(lia)). apply Rabs_pos. }
  destruct (least_value n M K phi HM Lphi) as (p & Bp & Mp).
  assert (Pos : 0 < phi p).
  { assert (N1 : 0 <= sum n (fun i => Rabs (force p i))) by (apply sum_nonneg; intros; apply Rabs_pos).
    pose proof (Rmax_l 0 (eps - dist xs p)) as N2.
    destruct (Rle_lt_dec (phi p) 0) as [Q|]; [|auto]. exfalso. unfold phi in Q.
    assert (Zf : forall i, (i < n)%nat -> Rabs (force p i) = 0).
    { apply (sum_zero_all n (fun i => Rabs (force p i))); [intros; apply Rabs_pos|lra]. }
    assert (Eq : agree n p xs).
    { apply only. intros i Hi. apply Rabs_eq_0. now apply Zf. }
    assert (D : dist xs p = 0) by (apply dist_agree; intros i Hi; now rewrite (Eq i Hi)).
    rewrite D in Q. pose proof (Rmax_r 0 (eps - 0)). lra. }
  assert (Pn : 0 < INR n) by (apply lt_0_INR; lia).
  destruct (T17_rests (phi p / (2 * INR n))) as (t1 & Ht1 & K1); [apply Rdiv_lt_0_compat; lra|].
  exists t1. split; [exact Ht1|]. intros t Ht.
  pose proof (Mp (x t) (fun i Hi => bounded t i (Rle_trans _ _ _ Ht1 Ht) Hi)) as A. unfold phi at 2 in A.
  assert (B : sum n (fun i => Rabs (force (x t) i)) <= phi p / 2).
  { apply Rle_trans with (sum n (fun _ => phi p / (2 * INR n))).
    - apply sum_le. intros i Hi. now apply K1.
    - right. transitivity (INR n * (phi p / (2 * INR n))); [|field; lra]. generalize (phi p / (2 * INR n)).
      intro z. clear. induction n as [|k IH]; [simpl; ring|]. rewrite S_INR. simpl sum. rewrite IH. ring. }
  unfold Rmax in A. destruct (Rle_dec 0 (eps - dist xs (x t))) as [C|C]; [|lra].
  destruct (Req_dec (dist xs (x t)) eps) as [Eq|]; lra.
Qed.
End LaSalle.

(** T17, with bounded activations: from every state there is exactly one solution, and it converges to the
    equilibrium, if there is one only. *)
Corollary T17_bounded_activations n tau rho b h W (g L : nat -> R -> R) bound xs x0 :
  (forall i, (i < n)%nat -> 0 < tau i) -> (forall i, (i < n)%nat -> 0 < rho i) -> (forall i, 0 <= h i) ->
  (forall i, slopes_at_most (g i) (h i)) -> (forall i, primitive_of (L i) (g i)) ->
  (forall i j, (i < n)%nat -> (j < n)%nat -> W i j = W j i) ->
  (forall j u, (j < n)%nat -> Rabs (g j u) <= bound j) ->
  (forall y, network_equilibrium n rho b W g y -> agree n y xs) ->
  exists x, the_solution n (field tau rho b (acts_of g) (dsyn n W)) x0 x /\
    forall eps, 0 < eps -> exists t1, 0 <= t1 /\ forall t, t1 <= t -> dist n xs (x t) < eps.
Proof.
  intros Ht Hr Hh Hs Hp Sy Hb Only.
  destruct (T2_the_solution n tau rho b h W g L) with (x0 := x0) as (x & X & _); auto.
  exists x. split; [exact X|]. destruct X as (_ & Hx & _).
  assert (Hl : Lure.solution n (fun i => i) tau rho b W (Lure.act g) x).
  { intros t P i Hi. pose proof (Ht i Hi). split; [|intro; lra]. intros _.
    evar_last; [exact (Hx t P i Hi)|]. unfold field, Model.force, dsyn, Lure.force, Lure.drive, acts_of, Lure.act.
    f_equal. ring. }
  destruct (bounded_family n (fun i => / rho i * (sum n (fun j => Rabs (W i j) * bound j)
    + Rabs (rho i * x 0 i - b i) + Rabs (b i)))) as (M & HM & KM).
  assert (B : forall t i, 0 <= t -> (i < n)%nat -> Rabs (x t i) <= M).
  { intros t i P Hi. apply Rle_trans with (2 := KM i Hi). apply Rle_trans with (2 := Rle_abs _).
    pose proof (T10_bounded_drive n tau rho b bound W g Ht Hr Hb x t i Hl P Hi) as D.
    pose proof (Hr i Hi) as Pr. pose proof (Ht i Hi).
    assert (E : exp (- (rho i / tau i) * t) <= 1).
    { rewrite <- exp_0.
      assert (0 <= rho i / tau i * t) by (apply Rmult_le_pos; [apply Rlt_le, Rdiv_lt_0_compat|]; lra).
      destruct (Req_dec (- (rho i / tau i) * t) 0) as [->|N]; [lra|]. apply Rlt_le, exp_increasing. lra. }
    pose proof (Rabs_pos (rho i * x 0 i - b i)). pose proof (exp_pos (- (rho i / tau i) * t)).
    assert (A : rho i * Rabs (x t i) <= Rabs (rho i * x t i - b i) + Rabs (b i)).
    { rewrite <- (Rabs_pos_eq (rho i)) at 1 by lra. rewrite <- Rabs_mult.
      replace (rho i * x t i) with (rho i * x t i - b i + b i) at 1 by ring. apply Rabs_triang. }
    apply (Rmult_le_reg_l (rho i)); [exact Pr|]. rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra. nra. }
  intros eps He. apply (T17 n tau rho b h W g L) with (M := M); auto.
Qed.
