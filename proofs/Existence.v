(** Solutions of x' = f(x) are unique, and from a state of a cell they exist if f is Lipschitz on the cell
    only, and points inward where it ends. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Gronwall Model Slopes Cells.
From Hopverify Require Export Picard.
Open Scope R_scope.

(** A solution is bounded on a bounded time. *)
Lemma solution_bounded n f x T : solves n f x -> 0 <= T ->
  exists B, 0 <= B /\ forall i s, (i < n)%nat -> 0 <= s <= T -> Rabs (x s i) <= B.
Proof.
  intros Hx HT. assert (G : forall p, (p <= n)%nat ->
    exists B, 0 <= B /\ forall i s, (i < p)%nat -> 0 <= s <= T -> Rabs (x s i) <= B).
  { induction p as [|p IH]; intro Hp; [exists 0; split; [lra|intros; lia]|].
    destruct IH as (B & HB & KB); [lia|].
    destruct (continuity_ab_maj (fun s => Rabs (x s p)) 0 T HT) as (M & KM & _).
    { intros s Hs. apply continuity_pt_filterlim. apply (continuous_comp (fun s => x s p) Rabs).
      - apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) (fun s => x s p) s).
        eexists. apply Hx; [lra|lia].
      - apply continuous_Rabs. }
    exists (Rmax B (Rabs (x M p))). split; [apply Rle_trans with (1 := HB), Rmax_l|].
    intros i s Hi Hs. destruct (Nat.eq_dec i p) as [->|Hne].
    - apply Rle_trans with (2 := Rmax_r _ _). now apply KM.
    - apply Rle_trans with (2 := Rmax_l _ _). apply KB; [lia|auto]. }
  apply (G n). lia.
Qed.

(** f is Lipschitz on every bounded set. *)
Definition locally_lipschitz_field (n : nat) (f : vec -> vec) : Prop := forall B, exists K, 0 <= K /\
  forall x y i, (i < n)%nat -> (forall j, (j < n)%nat -> Rabs (x j) <= B) ->
    (forall j, (j < n)%nat -> Rabs (y j) <= B) -> Rabs (f y i - f x i) <= K * dist n x y.

Lemma dist_square n x y : dist n x y * dist n x y
  <= INR n * sum n (fun i => (y i - x i) * (y i - x i)).
Proof.
  unfold dist. pose proof (sum_cs n (fun _ => 1) (fun i => Rabs (y i - x i))) as C. cbv beta in C.
  rewrite (sum_ext n (fun i => 1 * Rabs (y i - x i)) (fun i => Rabs (y i - x i))) in C
    by (intros; ring).
  rewrite (sum_ext n (fun i => Rabs (y i - x i) * Rabs (y i - x i))
    (fun i => (y i - x i) * (y i - x i))) in C
    by (intros; rewrite <- Rabs_mult; apply Rabs_pos_eq, Rle_0_sqr).
  assert (E : sum n (fun _ => 1 * 1) = INR n).
  { clear. induction n as [|m IH]; [reflexivity|]. rewrite S_INR. simpl. rewrite IH. ring. }
  now rewrite E in C.
Qed.

(** Two solutions that start at one state are the same at all times. *)
Theorem solution_unique n f x y : locally_lipschitz_field n f -> solves n f x -> solves n f y ->
  agree n (x 0) (y 0) -> forall t, 0 <= t -> agree n (x t) (y t).
Proof.
  intros Hf Hx Hy H0 t Ht.
  destruct (solution_bounded n f x t Hx Ht) as (Bx & HBx & KBx).
  destruct (solution_bounded n f y t Hy Ht) as (By & HBy & KBy).
  destruct (Hf (Rmax Bx By)) as (K & HK & KK).
  set (u := fun s => sum n (fun i => (y s i - x s i) * (y s i - x s i))).
  set (du := fun s => sum n (fun i => 2 * ((y s i - x s i) * (f (y s) i - f (x s) i)))).
  pose proof (gronwall_on u du (2 * K * INR n) t Ht) as G.
  assert (U : u t <= u 0 * exp (2 * K * INR n * t)).
  { apply G.
    - intros s Hs. apply (is_derive_sum n (fun s i => (y s i - x s i) * (y s i - x s i))).
      intros i Hi.
      pose proof (is_derive_minus _ _ _ _ _ (Hy s (proj1 Hs) i Hi) (Hx s (proj1 Hs) i Hi)) as D.
      evar_last. { apply (is_derive_mult (fun s => y s i - x s i) (fun s => y s i - x s i) s _ _ D D).
        intros; apply Rmult_comm. }
      unfold plus, mult, minus, plus, opp; simpl. ring.
    - intros s Hs. apply Rle_trans with (2 * K * (dist n (x s) (y s) * dist n (x s) (y s))).
      + unfold du. rewrite sum_scal, Rmult_assoc. apply Rmult_le_compat_l; [lra|].
        rewrite <- Rmult_assoc. unfold dist at 2. rewrite <- sum_scal. apply sum_le. intros i Hi.
        eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_mult, Rmult_comm.
        apply Rmult_le_compat_r; [apply Rabs_pos|]. apply KK; [exact Hi| |]; intros j Hj.
        * apply Rle_trans with (2 := Rmax_l _ _). now apply KBx.
        * apply Rle_trans with (2 := Rmax_r _ _). now apply KBy.
      + pose proof (dist_square n (x s) (y s)) as C. unfold u. rewrite (Rmult_assoc (2 * K) (INR n)).
        apply Rmult_le_compat_l; [lra|exact C]. }
  assert (U0 : u 0 = 0).
  { unfold u. transitivity (sum n (fun _ => 0)); [|apply sum_zero].
    apply sum_ext. intros i Hi. rewrite (H0 i Hi). ring. }
  rewrite U0, Rmult_0_l in U. intros i Hi.
  assert (Z : (y t i - x t i) * (y t i - x t i) = 0).
  { apply (sum_zero_all n (fun i => (y t i - x t i) * (y t i - x t i))); auto.
    intros; apply Rle_0_sqr. }
  apply Rmult_integral in Z. lra.
Qed.

Lemma lipschitz_locally n f K : 0 <= K -> lipschitz_by n f K -> locally_lipschitz_field n f.
Proof. intros HK H B. exists K. split; [exact HK|]. intros x y i Hi _ _. now apply H. Qed.

(** x is the solution of x' = f(x) from the state x0. *)
Definition the_solution (n : nat) (f : vec -> vec) (x0 : vec) (x : R -> vec) : Prop :=
  agree n (x 0) x0 /\ solves n f x /\
  forall y, agree n (y 0) x0 -> solves n f y -> forall t, 0 <= t -> agree n (x t) (y t).

(** Picard and Lindeloef, complete. *)
Theorem picard_lindeloef n f K x0 : 0 <= K -> lipschitz_by n f K -> exists x, the_solution n f x0 x.
Proof.
  intros HK Hf. destruct (solution_exists n f K HK Hf x0) as (x & H0 & Hx).
  exists x. split; [exact H0|]. split; [exact Hx|]. intros y Hy0 Hy. apply (solution_unique n f); auto.
  - now apply lipschitz_locally with K.
  - intros i Hi. now rewrite (H0 i Hi), (Hy0 i Hi).
Qed.

(** Inside a cell. *)
Section Cell.
Variable n : nat.
Variable f : vec -> vec.
Variables lo hi : nat -> Rbar.
Variable K : R.
Hypothesis K_pos : 0 <= K.
Hypothesis f_lipschitz : forall x y i, in_cell n lo hi x -> in_cell n lo hi y -> (i < n)%nat ->
  Rabs (f y i - f x i) <= K * dist n x y.
(** At its ends, f points inward, or along them. *)
Hypothesis inward : forall x i, in_cell n lo hi x -> (i < n)%nat ->
  (lo i = Finite (x i) -> 0 <= f x i) /\ (hi i = Finite (x i) -> f x i <= 0).

(** From every state of the cell there is a solution, and it stays in the cell. *)
Theorem solution_exists_in_cell x0 : in_cell n lo hi x0 ->
  exists x, agree n (x 0) x0 /\ solves n f x /\ forall t, 0 <= t -> in_cell n lo hi (x t).
Proof.
  intro H0.
  assert (NC : forall x, in_cell n lo hi (nearest lo hi x)) by (intro; now apply nearest_in_cell with x0).
  destruct (solution_exists n (fun x => f (nearest lo hi x)) K K_pos) with (x0 := x0) as (x & X0 & Hx).
  { intros x y i Hi. apply Rle_trans with (1 := f_lipschitz _ _ i (NC x) (NC y) Hi).
    apply Rmult_le_compat_l; [exact K_pos|]. apply sum_le. intros j Hj. unfold nearest.
    pose proof (slopes_lipschitz (clamp (lo j) (hi j)) 1 (x j) (y j)) as L. rewrite Rmult_1_l in L.
    apply L. intros p q Hpq. rewrite Rmult_1_l. exact (clamp_slopes _ _ (x0 j) (H0 j Hj) p q Hpq). }
  set (r := fun s i => off (lo i) (hi i) (x s i)).
  assert (S : forall t, 0 <= t -> in_cell n lo hi (x t)).
  { intros t Ht. set (u := fun s => sum n (fun i => r s i * r s i)).
    pose proof (gronwall_on u (fun s => sum n (fun i => 2 * (r s i * f (nearest lo hi (x s)) i))) 0 t Ht)
      as G.
    assert (U : u t <= u 0 * exp (0 * t)).
    { apply G.
      - intros s Hs. apply (is_derive_sum n (fun s i => r s i * r s i)). intros i Hi.
        pose proof (off_square (lo i) (hi i) (x0 i) (H0 i Hi) (x s i)) as Q1.
        pose proof (is_derive_comp _ (fun s => x s i) s _ _ Q1 (Hx s (proj1 Hs) i Hi)) as Q2.
        evar_last; [exact Q2|]. unfold scal; simpl. unfold mult; simpl. unfold r. ring.
      - intros s _. rewrite Rmult_0_l. rewrite <- (sum_zero n). apply sum_le. intros i Hi.
        destruct (inward (nearest lo hi (x s)) i (NC (x s)) Hi) as (I1 & I2).
        destruct (Rtotal_order (r s i) 0) as [A|[A|A]].
        + pose proof (I1 (proj1 (off_end _ _ (x0 i) (H0 i Hi) (x s i)) A)). nra.
        + rewrite A. lra.
        + pose proof (I2 (proj2 (off_end _ _ (x0 i) (H0 i Hi) (x s i)) A)). nra. }
    assert (U0 : u 0 = 0).
    { unfold u. transitivity (sum n (fun _ => 0)); [|apply sum_zero]. apply sum_ext. intros i Hi.
      assert (R0 : r 0 i = 0); [|rewrite R0; ring]. unfold r, off. rewrite (X0 i Hi).
      rewrite (clamp_id _ _ (x0 i) (H0 i Hi) _ (H0 i Hi)). ring. }
    rewrite U0, Rmult_0_l in U. intros i Hi.
    assert (Z : r t i * r t i = 0).
    { apply (sum_zero_all n (fun i => r t i * r t i)); auto. intros; apply Rle_0_sqr. }
    assert (Z' : r t i = 0) by (apply Rmult_integral in Z; lra). unfold r, off in Z'.
    replace (x t i) with (nearest lo hi (x t) i) by (unfold nearest; lra). now apply NC. }
  exists x. split; [exact X0|]. split; [|exact S]. intros t Ht i Hi.
  evar_last; [now apply Hx|]. cbv beta.
  assert (D : Rabs (f (nearest lo hi (x t)) i - f (x t) i) <= 0).
  { apply Rle_trans with (1 := f_lipschitz _ _ i (S t Ht) (NC (x t)) Hi).
    rewrite (dist_agree n (x t) (nearest lo hi (x t))); [lra|]. intros j Hj. unfold nearest.
    symmetry. apply (clamp_id _ _ (x0 j) (H0 j Hj)). now apply S. }
  pose proof (Rabs_pos (f (nearest lo hi (x t)) i - f (x t) i)).
  assert (Z : Rabs (f (nearest lo hi (x t)) i - f (x t) i) = 0) by lra. apply Rabs_eq_0 in Z. lra.
Qed.
End Cell.
