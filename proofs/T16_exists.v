(** T16: there is an equilibrium. Existence is by a contraction (forward-backward splitting), so neither
    Brouwer's theorem nor invariance of domain is needed. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Lure Banach.
Open Scope R_scope.

Section Lure.
(** n neurons in k layers; neuron i belongs to the layer [lay i]. *)
Variables n k : nat.
Variable lay : nat -> nat.
Variables rho h d : vec.
Variable b : vec.
Variable W : nat -> nat -> R.
Variable g : vec -> vec.
Variable m : R.
Notation drive := (drive n W).
Notation equilibrium := (equilibrium n lay rho b W g).
Notation norm2 := (norm2 n).

Hypothesis layers : forall i, (i < n)%nat -> (lay i < k)%nat.
Hypothesis rho_pos : forall l, (l < k)%nat -> 0 < rho l.
Hypothesis h_nonneg : forall l, (l < k)%nat -> 0 <= h l.
Hypothesis d_pos : forall l, (l < k)%nat -> 0 < d l.
Hypothesis m_pos : 0 < m.
Hypothesis g_cocoercive : cocoercive n k lay h g.
Hypothesis form_definite : definite n lay rho h d W m.

(** The neurons whose activation is not constant. *)
Definition alive (i : nat) : bool := if Rlt_dec 0 (h (lay i)) then true else false.
Definition masked (u : vec) : vec := fun i => if alive i then u i else 0.

Lemma dead i : (i < n)%nat -> alive i = false -> h (lay i) = 0.
Proof.
  unfold alive. intros Hi. pose proof (h_nonneg _ (layers i Hi)).
  destruct (Rlt_dec 0 (h (lay i))); [discriminate|lra].
Qed.

Lemma living i : alive i = true -> 0 < h (lay i).
Proof. unfold alive. destruct (Rlt_dec 0 (h (lay i))); [auto|discriminate]. Qed.

(** B u = D((rho/h) u - W u) *)
Definition B (u : vec) : vec := fun i => d (lay i) * (rho (lay i) / h (lay i) * u i - drive u i).

Lemma B_minus u v i : B (fun j => v j - u j) i = B v i - B u i.
Proof. unfold B. rewrite drive_minus. ring. Qed.

Lemma B_below u : m * norm2 (masked u) <= sum n (fun i => masked u i * B (masked u) i).
Proof.
  apply Rle_trans with (form n lay rho h d W (masked u)).
  - apply form_definite. intros i Hi H0. unfold masked, alive. rewrite H0.
    destruct (Rlt_dec 0 0); [lra|reflexivity].
  - right. unfold form. rewrite <- sum_minus. apply sum_ext. intros. unfold B. ring.
Qed.

Lemma B_above : exists beta, 0 <= beta /\ forall u, norm2 (B u) <= beta * norm2 u.
Proof.
  set (e := fun i => d (lay i) * (rho (lay i) / h (lay i))).
  exists (sum n (fun i => 2 * (e i * e i)
    + 2 * (d (lay i) * d (lay i) * sum n (fun j => W i j * W i j)))).
  assert (N : forall i, 0 <= 2 * (e i * e i) + 2 * (d (lay i) * d (lay i) * sum n (fun j => W i j * W i j))).
  { intro i. assert (0 <= sum n (fun j => W i j * W i j)) by (apply sum_nonneg; intros; apply Rle_0_sqr).
    pose proof (Rle_0_sqr (e i)). pose proof (Rle_0_sqr (d (lay i))). unfold Rsqr in *.
    assert (0 <= d (lay i) * d (lay i) * sum n (fun j => W i j * W i j)) by (now apply Rmult_le_pos). lra. }
  split; [apply sum_nonneg; intros; apply N|]. intro u. rewrite <- sum_scal_r. apply sum_le. intros i Hi.
  assert (C : drive u i * drive u i <= sum n (fun j => W i j * W i j) * norm2 u) by apply sum_cs.
  assert (U : u i * u i <= norm2 u).
  { apply (sum_term n (fun i => u i * u i)); auto. intros; apply Rle_0_sqr. }
  replace (B u i) with (e i * u i - d (lay i) * drive u i) by (unfold B, e; ring).
  set (p := e i) in *. set (q := d (lay i)) in *. set (r := drive u i) in *.
  set (s := sum n (fun j => W i j * W i j)) in *.
  pose proof (Rle_0_sqr (p * u i + q * r)) as S1. pose proof (Rle_0_sqr p) as S2.
  pose proof (Rle_0_sqr q) as S3. unfold Rsqr in *.
  apply (Rmult_le_compat_l (p * p)) in U; [|auto]. apply (Rmult_le_compat_l (q * q)) in C; [|auto]. nra.
Qed.

(** T16: there is an equilibrium. *)
Theorem T16_exists : exists xs, equilibrium xs.
Proof.
  destruct B_above as (beta0 & Hb0 & KB).
  set (beta := beta0 + 1 + m * m).
  destruct (positive_bound n (fun i => if alive i then / (d (lay i) * (rho (lay i) / h (lay i))) else 1))
    as (e1 & He1 & Ke1).
  { intros i Hi. destruct (alive i) eqn:A; [|lra]. pose proof (living i A).
    pose proof (d_pos _ (layers i Hi)). pose proof (rho_pos _ (layers i Hi)).
    apply Rinv_0_lt_compat, Rmult_lt_0_compat; auto. now apply Rdiv_lt_0_compat. }
  set (e := Rmin e1 (m / beta)).
  assert (Hbeta : 1 + m * m <= beta) by (unfold beta; lra).
  assert (He : 0 < e). { unfold e. apply Rmin_pos; auto. apply Rdiv_lt_0_compat; nra. }
  assert (Heb : e * beta <= m).
  { apply Rle_trans with (m / beta * beta); [|right; field; nra].
    apply Rmult_le_compat_r; [nra|apply Rmin_r]. }
  (* a is at most 1 *)
  set (a := fun i => if alive i then e * (d (lay i) * (rho (lay i) / h (lay i))) else 0).
  assert (Ha : forall i, (i < n)%nat -> 0 <= a i <= 1).
  { intros i Hi. unfold a. destruct (alive i) eqn:A; [|lra]. pose proof (living i A).
    pose proof (d_pos _ (layers i Hi)). pose proof (rho_pos _ (layers i Hi)).
    assert (P : 0 < d (lay i) * (rho (lay i) / h (lay i)))
      by (apply Rmult_lt_0_compat; auto; now apply Rdiv_lt_0_compat).
    split; [apply Rlt_le, Rmult_lt_0_compat; auto|].
    pose proof (Ke1 i Hi) as K. rewrite A in K.
    apply Rle_trans with (/ (d (lay i) * (rho (lay i) / h (lay i))) * (d (lay i) * (rho (lay i) / h (lay i))));
      [|right; field; split; lra].
    apply Rmult_le_compat_r; [lra|]. apply Rle_trans with e1; [apply Rmin_l|exact K]. }
  (* the resolvent: (1 - a) g(x) + e d rho x = w has a solution x = r(w) *)
  set (Q := fun (x : vec) i => (1 - a i) * g x i + e * (d (lay i) * rho (lay i)) * x i).
  destruct (positive_bound n (fun i => e * (d (lay i) * rho (lay i)))) as (c & Hc & Kc).
  { intros i Hi. pose proof (d_pos _ (layers i Hi)). pose proof (rho_pos _ (layers i Hi)).
    repeat apply Rmult_lt_0_compat; auto. }
  assert (mono : forall (p : nat -> R) x y, (forall l, (l < k)%nat -> 0 <= p l) ->
    0 <= sum n (fun i => p (lay i) * ((g y i - g x i) * (y i - x i)))).
  { intros p x y Hp.
    pose proof (weighted n k lay h g layers g_cocoercive (fun l => if Rlt_dec 0 (h l) then p l / h l else 0)
      x y) as Z. cbv beta in Z.
    assert (Y : forall l, (l < k)%nat -> 0 <= (if Rlt_dec 0 (h l) then p l / h l else 0)).
    { intros l Hl. destruct (Rlt_dec 0 (h l)); [|lra]. apply Rmult_le_pos; auto.
      now apply Rlt_le, Rinv_0_lt_compat. }
    specialize (Z Y). rewrite (sum_ext n (fun i => (if Rlt_dec 0 (h (lay i)) then p (lay i) / h (lay i) else 0)
      * (h (lay i) * ((g y i - g x i) * (y i - x i)))) (fun i => p (lay i) * ((g y i - g x i) * (y i - x i)))) in Z.
    - apply Rle_trans with (2 := Z). apply sum_nonneg. intros i Hi.
      apply Rmult_le_pos; [apply Y; auto|apply Rle_0_sqr].
    - intros i Hi. destruct (Rlt_dec 0 (h (lay i))) as [|N]; [field; lra|].
      pose proof (h_nonneg _ (layers i Hi)).
      rewrite (g_constant n k lay h g layers g_cocoercive x y i Hi); [ring|lra]. }
  assert (aM : forall i, (i < n)%nat -> 0 <= 1 - a i) by (intros i Hi; pose proof (Ha i Hi); lra).
  destruct (bounded_family n (fun i => h (lay i))) as (Hm & HHm & KHm).
  destruct (bounded_family n (fun i => e * (d (lay i) * rho (lay i)))) as (Cm & HCm & KCm).
  assert (onto : forall w, {x | agree n (Q x) w}).
  { apply (monotone_onto n Q c (2 * (Hm * Hm) + 2 * (Cm * Cm)) Hc).
    - assert (0 <= Hm * Hm /\ 0 <= Cm * Cm) by (split; apply Rle_0_sqr). lra.
    - intros u v. unfold Q.
      set (al := fun l => if Rlt_dec 0 (h l) then e * (d l * (rho l / h l)) else 0).
      assert (E : sum n (fun i => ((1 - a i) * g v i + e * (d (lay i) * rho (lay i)) * v i
        - ((1 - a i) * g u i + e * (d (lay i) * rho (lay i)) * u i)) * (v i - u i))
        = sum n (fun i => (1 - al (lay i)) * ((g v i - g u i) * (v i - u i)))
        + sum n (fun i => e * (d (lay i) * rho (lay i)) * ((v i - u i) * (v i - u i)))).
      { rewrite <- sum_plus. apply sum_ext. intros i _. unfold al, a, alive.
        destruct (Rlt_dec 0 (h (lay i))); ring. }
      rewrite E.
      assert (M1 : 0 <= sum n (fun i => (1 - al (lay i)) * ((g v i - g u i) * (v i - u i)))).
      { (* a layer without neurons has no say *)
        pose proof (mono (fun l => Rmax 0 (1 - al l)) u v (fun l _ => Rmax_l _ _)) as Z. cbv beta in Z.
        rewrite (sum_ext n _ (fun i => (1 - al (lay i)) * ((g v i - g u i) * (v i - u i)))) in Z; auto.
        intros i Hi. pose proof (aM i Hi) as A1.
        assert (EA : a i = al (lay i)).
        { unfold a, al, alive. destruct (Rlt_dec 0 (h (lay i))); reflexivity. }
        rewrite EA in A1. rewrite Rmax_right; [reflexivity|exact A1]. }
      assert (M2 : c * norm2 (fun i => v i - u i)
        <= sum n (fun i => e * (d (lay i) * rho (lay i)) * ((v i - u i) * (v i - u i)))).
      { unfold Lure.norm2. rewrite <- sum_scal. apply sum_le. intros i Hi.
        apply Rmult_le_compat_r; [apply Rle_0_sqr|auto]. }
      lra.
    - intros u v. pose proof (steepest n k lay h g layers g_cocoercive (fun _ => 1) u v (fun _ _ => Rle_0_1)) as S.
      cbv beta in S. rewrite !sum_scal, !Rmult_1_l in S.
      apply Rle_trans with (2 * sum n (fun i => (g v i - g u i) * (g v i - g u i))
        + 2 * (Cm * Cm) * norm2 (fun i => v i - u i)).
      + unfold Lure.norm2. rewrite <- !sum_scal, <- sum_plus. apply sum_le. intros i Hi. unfold Q.
        pose proof (Ha i Hi) as A1. pose proof (KCm i Hi) as A2. apply Rabs_le_between in A2.
        set (p := e * (d (lay i) * rho (lay i))) in *.
        replace ((1 - a i) * g v i + p * v i - ((1 - a i) * g u i + p * u i))
          with ((1 - a i) * (g v i - g u i) + p * (v i - u i)) by ring.
        set (z := 1 - a i). assert (Hz : 0 <= z <= 1) by (unfold z; lra). clearbody z p.
        generalize (g v i - g u i), (v i - u i). intros x y.
        pose proof (Rle_0_sqr (z * x - p * y)) as S1. unfold Rsqr in S1.
        assert (z * z * (x * x) <= 1 * (x * x)) by (apply Rmult_le_compat_r; [apply Rle_0_sqr|nra]).
        assert (p * p * (y * y) <= Cm * Cm * (y * y)) by (apply Rmult_le_compat_r; [apply Rle_0_sqr|nra]).
        nra.
      + rewrite Rmult_plus_distr_r. apply Rplus_le_compat_r.
        rewrite Rmult_assoc. apply Rmult_le_compat_l; [lra|]. apply Rle_trans with (1 := S).
        unfold Lure.norm2. rewrite <- sum_scal. apply sum_le. intros i Hi.
        pose proof (KHm i Hi) as A. apply Rabs_le_between in A. pose proof (h_nonneg _ (layers i Hi)).
        apply Rmult_le_compat_r; [apply Rle_0_sqr|]. nra. }
  set (r := fun w => proj1_sig (onto w)).
  assert (Hr : forall w, agree n (Q (r w)) w) by (intro w; exact (proj2_sig (onto w))).
  (* w -> g(r(w)) does not expand, and sees the living neurons only *)
  assert (NE : forall u v, norm2 (fun i => g (r v) i - g (r u) i) <= norm2 (masked (fun i => v i - u i))).
  { intros u v. set (x := r u). set (y := r v).
    assert (Z : forall i, (i < n)%nat -> alive i = false -> g y i - g x i = 0).
    { intros i Hi A. rewrite (g_constant n k lay h g layers g_cocoercive x y i Hi (dead i Hi A)). ring. }
    pose proof (weighted n k lay h g layers g_cocoercive
      (fun l => if Rlt_dec 0 (h l) then e * (d l * (rho l / h l)) else 0) x y) as A. cbv beta in A.
    assert (Y : forall l, (l < k)%nat -> 0 <= (if Rlt_dec 0 (h l) then e * (d l * (rho l / h l)) else 0)).
    { intros l Hl. destruct (Rlt_dec 0 (h l)); [|lra]. pose proof (d_pos l Hl). pose proof (rho_pos l Hl).
      apply Rlt_le, Rmult_lt_0_compat; auto. apply Rmult_lt_0_compat; auto. now apply Rdiv_lt_0_compat. }
    specialize (A Y).
    assert (G : norm2 (fun i => g y i - g x i)
      <= sum n (fun i => (g y i - g x i) * masked (fun i => v i - u i) i)).
    { unfold Lure.norm2.
      apply Rle_trans with (sum n (fun i => (1 - a i) * ((g y i - g x i) * (g y i - g x i)))
        + sum n (fun i => (if Rlt_dec 0 (h (lay i)) then e * (d (lay i) * (rho (lay i) / h (lay i))) else 0)
          * (h (lay i) * ((g y i - g x i) * (y i - x i))))).
      - apply Rle_trans with (2 := Rplus_le_compat_l _ _ _ A). rewrite <- sum_plus.
        right. apply sum_ext. intros i _. unfold a, alive. destruct (Rlt_dec 0 (h (lay i))); ring.
      - rewrite <- sum_plus. right. apply sum_ext. intros i Hi. unfold masked.
        destruct (alive i) eqn:Al; [|rewrite (Z i Hi Al); ring].
        pose proof (living i Al) as Ph. destruct (Rlt_dec 0 (h (lay i))) as [_|N]; [|lra].
        rewrite <- (Hr v i Hi), <- (Hr u i Hi). unfold Q. fold x. fold y. field. lra. }
    assert (N : 0 <= norm2 (fun i => (g y i - g x i) - masked (fun i => v i - u i) i))
      by (apply sum_nonneg; intros; apply Rle_0_sqr).
    assert (E : norm2 (fun i => (g y i - g x i) - masked (fun i => v i - u i) i)
      = norm2 (fun i => g y i - g x i)
        - 2 * sum n (fun i => (g y i - g x i) * masked (fun i => v i - u i) i)
        + norm2 (masked (fun i => v i - u i))).
    { unfold Lure.norm2. rewrite <- sum_scal, <- sum_minus, <- sum_plus. apply sum_ext. intros; ring. }
    lra. }
  (* the map of activations that contracts; dead neurons keep theirs *)
  set (full := fun (u : vec) i => if alive i then u i else g (fun _ => 0) i).
  set (w := fun (u : vec) i => full u i - e * (B (full u) i - d (lay i) * b i)).
  assert (Hfull : forall u v j, full v j - full u j = masked (fun i => v i - u i) j).
  { intros u v j. unfold full, masked. destruct (alive j); ring. }
  destruct (banach n (fun u => g (r (w u))) (1 - e * m)) as (u & Hu).
  - assert (e * m < 1).
    { assert (e * (1 + m * m) <= m).
      { apply Rle_trans with (e * beta); auto. apply Rmult_le_compat_l; lra. } nra. }
    assert (0 < e * m) by (apply Rmult_lt_0_compat; auto). lra.
  - intros u v. apply Rle_trans with (1 := NE (w u) (w v)).
    set (dl := masked (fun i => v i - u i)).
    apply Rle_trans with (norm2 (fun i => dl i - e * (if alive i then B dl i else 0))).
    { right. unfold Lure.norm2. apply sum_ext. intros i Hi.
      assert (E : masked (fun i => w v i - w u i) i = dl i - e * (if alive i then B dl i else 0));
        [|now rewrite E].
      unfold masked at 1. destruct (alive i) eqn:Al; [|unfold dl, masked; rewrite Al; ring].
      assert (EB : B (full v) i - B (full u) i = B dl i).
      { rewrite <- B_minus. unfold B, Lure.drive. rewrite Hfull. fold dl. do 2 f_equal.
        apply sum_ext. intros j _. now rewrite Hfull. }
      unfold w. rewrite <- EB. pose proof (Hfull u v i) as F. fold dl in F. rewrite <- F. ring. }
    assert (E : norm2 (fun i => dl i - e * (if alive i then B dl i else 0)) = norm2 dl
      - 2 * e * sum n (fun i => dl i * B dl i) + e * e * norm2 (fun i => if alive i then B dl i else 0)).
    { unfold Lure.norm2. rewrite <- !sum_scal, <- sum_minus, <- sum_plus. apply sum_ext. intros i _.
      destruct (alive i) eqn:Al; [ring|].
      assert (Z : dl i = 0) by (unfold dl, masked; now rewrite Al). rewrite Z. ring. }
    rewrite E. pose proof (B_below (fun i => v i - u i)) as B1. fold dl in B1.
    assert (N0 : 0 <= norm2 dl) by (apply sum_nonneg; intros; apply Rle_0_sqr).
    assert (B2 : norm2 (fun i => if alive i then B dl i else 0) <= beta * norm2 dl).
    { apply Rle_trans with (norm2 (B dl)).
      - apply sum_le. intros i _. destruct (alive i); [lra|]. rewrite Rmult_0_l. apply Rle_0_sqr.
      - apply Rle_trans with (1 := KB dl). apply Rmult_le_compat_r; [exact N0|]. unfold beta. nra. }
    assert (e * e * norm2 (fun i => if alive i then B dl i else 0) <= e * (m * norm2 dl)).
    { rewrite Rmult_assoc. apply Rmult_le_compat_l; [lra|].
      apply Rle_trans with (e * (beta * norm2 dl)); [now apply Rmult_le_compat_l; [lra|]|].
      rewrite <- Rmult_assoc. now apply Rmult_le_compat_r. }
    assert (2 * e * (m * norm2 dl) <= 2 * e * sum n (fun i => dl i * B dl i))
      by (apply Rmult_le_compat_l; lra).
    assert (N1 : norm2 dl <= norm2 (fun i => v i - u i)).
    { apply sum_le. intros i _. unfold dl, masked. destruct (alive i); [lra|].
      rewrite Rmult_0_l. apply Rle_0_sqr. }
    assert (0 < e * m) by (apply Rmult_lt_0_compat; auto).
    assert (e * m < 1).
    { assert (e * (1 + m * m) <= m).
      { apply Rle_trans with (e * beta); auto. apply Rmult_le_compat_l; lra. } nra. }
    apply Rle_trans with ((1 - e * m) * norm2 dl); [lra|]. apply Rmult_le_compat_l; lra.
  - (* the fixed point, with dead neurons where their drive puts them *)
    set (x := r (w u)) in *. set (gm := g x).
    set (xs := fun i => if alive i then x i else (drive gm i + b i) / rho (lay i)).
    assert (G : agree n (g xs) gm).
    { intros i Hi. destruct (alive i) eqn:Al.
      - apply (g_layers n k lay h g layers g_cocoercive); auto. intros j Hj El. unfold xs.
        assert (Aj : alive j = true) by (rewrite <- Al; unfold alive; now rewrite El). now rewrite Aj.
      - apply (g_constant n k lay h g layers g_cocoercive); auto. now apply dead. }
    assert (F : agree n (full u) gm).
    { intros i Hi. unfold full. destruct (alive i) eqn:Al.
      - symmetry. now apply Hu.
      - apply (g_constant n k lay h g layers g_cocoercive); auto. now apply dead. }
    exists xs. intros i Hi. unfold force. rewrite (drive_ext n W _ _ i G).
    pose proof (rho_pos _ (layers i Hi)). pose proof (d_pos _ (layers i Hi)). unfold xs.
    destruct (alive i) eqn:Al; [|field; lra].
    pose proof (Hr (w u) i Hi) as E. unfold Q in E. fold x in E. fold gm in E.
    assert (Ew : w u i = gm i - e * (d (lay i) * (rho (lay i) / h (lay i) * gm i - drive gm i)
      - d (lay i) * b i)) by (unfold w, B; now rewrite (drive_ext n W _ _ i F), (F i Hi)).
    rewrite Ew in E.
    assert (Ea : a i = e * (d (lay i) * (rho (lay i) / h (lay i)))) by (unfold a; now rewrite Al).
    rewrite Ea in E.
    assert (Hed : 0 < e * d (lay i)) by (apply Rmult_lt_0_compat; auto).
    apply (Rmult_eq_reg_l (e * d (lay i))); [|lra]. rewrite Rmult_0_r.
    set (q := rho (lay i) / h (lay i)) in *. lra.
Qed.
End Lure.
