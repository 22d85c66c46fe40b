(** T9, flips: a solution that starts in a box within the cell, but for some neurons that were moved
    anywhere, enters the box and converges to the equilibrium of the cell. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Gronwall Slopes Model Lure Cells Existence T16_lure T16_attracts T09_cells.
Open Scope R_scope.

Section Flips.
Variable n : nat.
Variables tau rho b h d : vec.
Variable W : nat -> nat -> R.
Variable g : nat -> R -> R.
Variable m : R.
Notation drive := (drive n W).
Notation act := (act g).
Notation each := (fun i : nat => i).
Notation equilibrium := (equilibrium n each rho b W act).
Notation solution := (solution n each tau rho b W act).

Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
(** g is Lipschitz on bounded sets. *)
Hypothesis lipschitz : forall B, exists K, 0 <= K /\ forall i u v, (i < n)%nat ->
  Rabs u <= B -> Rabs v <= B -> Rabs (g i v - g i u) <= K * Rabs (v - u).

(** The inner box, and the neurons that were moved; no end of the box holds those. *)
Variables lo hi : nat -> Rbar.
Variable moved : nat -> bool.
Definition lower (i : nat) : Rbar := if moved i then m_infty else lo i.
Definition upper (i : nat) : Rbar := if moved i then p_infty else hi i.
Variable eps : R.
Hypothesis eps_pos : 0 < eps.

Definition target (x : vec) : vec := fun i => (drive (act x) i + b i) / rho i.

(** All targets lie inside the ends of the box by eps, wherever the moved neurons are. *)
Hypothesis inside : forall x, in_cell n lower upper x -> forall i, (i < n)%nat ->
  between_ends (lo i) (hi i) (target x i - eps) /\ between_ends (lo i) (hi i) (target x i + eps).

Lemma between_middle u i : between_ends (lo i) (hi i) (u - eps) -> between_ends (lo i) (hi i) (u + eps) ->
  between_ends (lo i) (hi i) u.
Proof.
  unfold between_ends. destruct (lo i), (hi i); simpl; intros (A & B) (C & D); split; auto; lra.
Qed.

Lemma others_stay x : solution x -> in_cell n lower upper (x 0) -> forall t, 0 <= t ->
  in_cell n lower upper (x t).
Proof.
  intros Hx H0. apply (T9_invariant n tau rho b W g lower upper (x 0)); auto.
  intros y Hy i Hi. destruct (inside y Hy i Hi) as (A & B). pose proof (between_middle _ i A B) as C.
  unfold lower, upper. destruct (moved i); [split; exact I|exact C].
Qed.

(** A neuron comes back: it moves towards its target, which lies inside. *)
Lemma comes_back x i : solution x -> in_cell n lower upper (x 0) -> (i < n)%nat ->
  exists T, 0 <= T /\ forall t, T <= t -> between_ends (lo i) (hi i) (x t i).
Proof.
  intros Hx H0 Hi. pose proof (tau_pos i Hi) as Pt. pose proof (rho_pos i Hi) as Pr.
  set (r := rho i / tau i). assert (Hr : 0 < r) by now apply Rdiv_lt_0_compat.
  assert (D : forall s, 0 <= s -> is_derive (fun s => x s i) s (r * (target (x s) i - x s i))).
  { intros s Hs. evar_last; [exact (proj1 (Hx s Hs i Hi) Pt)|]. unfold force, target, r. field. lra. }
  (* beyond an end, the distance to it shrinks like exp(-r t), up to eps *)
  assert (Up : forall c, hi i = Finite c -> forall t, 0 <= t ->
    x t i - (c - eps) <= (x 0 i - (c - eps)) * exp (- r * t)).
  { intros c Ec. apply (gronwall (fun s => x s i - (c - eps)) (fun s => r * (target (x s) i - x s i))).
    - intros s Hs. evar_last.
      + apply (is_derive_minus (fun s => x s i) (fun _ => c - eps) s _ _ (D s Hs) (is_derive_const _ s)).
      + unfold minus, plus, opp, zero; simpl. ring.
    - intros s Hs. destruct (inside (x s) (others_stay x Hx H0 s Hs) i Hi) as (_ & _ & B).
      rewrite Ec in B. simpl in B. nra. }
  assert (Down : forall a, lo i = Finite a -> forall t, 0 <= t ->
    (a + eps) - x t i <= ((a + eps) - x 0 i) * exp (- r * t)).
  { intros a Ea. apply (gronwall (fun s => (a + eps) - x s i) (fun s => - (r * (target (x s) i - x s i)))).
    - intros s Hs. evar_last.
      + apply (is_derive_minus (fun _ => a + eps) (fun s => x s i) s _ _ (is_derive_const _ s) (D s Hs)).
      + unfold minus, plus, opp, zero; simpl. ring.
    - intros s Hs. destruct (inside (x s) (others_stay x Hx H0 s Hs) i Hi) as ((A & _) & _).
      rewrite Ea in A. simpl in A. nra. }
  assert (late : forall q, exists T, 0 <= T /\ forall t, T <= t -> q * exp (- r * t) <= eps).
  { intro q. destruct (Rle_dec q 0) as [N|P].
    - exists 0. split; [lra|]. intros t _. pose proof (exp_pos (- r * t)). nra.
    - exists (q / eps / r). assert (0 < q / eps) by (apply Rdiv_lt_0_compat; lra).
      split; [apply Rlt_le; now apply Rdiv_lt_0_compat|]. intros t Ht.
      assert (A : q / eps <= r * t).
      { apply Rle_trans with (r * (q / eps / r)); [right; field; lra|]. apply Rmult_le_compat_l; lra. }
      pose proof (exp_ineq1_le (r * t)) as B. pose proof (exp_pos (- r * t)) as E.
      assert (C : exp (r * t) * exp (- r * t) = 1).
      { rewrite <- exp_plus. replace (r * t + - r * t) with 0 by ring. apply exp_0. }
      assert (q <= eps * exp (r * t)).
      { apply Rle_trans with (eps * (q / eps)); [right; field; lra|]. apply Rmult_le_compat_l; lra. }
      apply Rle_trans with (eps * exp (r * t) * exp (- r * t)); [apply Rmult_le_compat_r; lra|].
      rewrite Rmult_assoc, C. lra. }
  set (p := match hi i with Finite c => x 0 i - (c - eps) | _ => 0 end).
  set (q := match lo i with Finite a => (a + eps) - x 0 i | _ => 0 end).
  destruct (late p) as (T1 & HT1 & K1). destruct (late q) as (T2 & HT2 & K2).
  exists (Rmax T1 T2). split; [apply Rle_trans with (1 := HT1), Rmax_l|]. intros t Ht.
  pose proof (Rmax_l T1 T2). pose proof (Rmax_r T1 T2).
  specialize (K1 t ltac:(lra)). specialize (K2 t ltac:(lra)).
  destruct (inside (x t) (others_stay x Hx H0 t ltac:(lra)) i Hi) as (IA & IB).
  split.
  - unfold q in K2. destruct (lo i) as [a| |] eqn:Ea; simpl; auto.
    + pose proof (Down a eq_refl t ltac:(lra)). lra.
    + apply IA.
  - unfold p in K1. destruct (hi i) as [c| |] eqn:Ec; simpl; auto.
    + pose proof (Up c eq_refl t ltac:(lra)). lra.
    + apply IB.
Qed.

(** T9: the solution enters the box, for good. *)
Theorem T9_flips_enter x : solution x ->
  (forall i, (i < n)%nat -> moved i = false -> between_ends (lo i) (hi i) (x 0 i)) ->
  exists T, 0 <= T /\ forall t, T <= t -> in_cell n lo hi (x t).
Proof.
  intros Hx Hs.
  assert (H0 : in_cell n lower upper (x 0)).
  { intros i Hi. unfold lower, upper. destruct (moved i) eqn:M; [split; exact I|now apply Hs]. }
  assert (G : forall p, (p <= n)%nat -> exists T, 0 <= T /\ forall t, T <= t ->
    forall i, (i < p)%nat -> between_ends (lo i) (hi i) (x t i)).
  { induction p as [|p IH]; intro Hp; [exists 0; split; [lra|intros; lia]|].
    destruct (IH ltac:(lia)) as (T1 & HT1 & K1).
    destruct (comes_back x p Hx H0 ltac:(lia)) as (T2 & HT2 & K2).
    exists (Rmax T1 T2). split; [apply Rle_trans with (1 := HT1), Rmax_l|]. intros t Ht i Hi.
    pose proof (Rmax_l T1 T2). pose proof (Rmax_r T1 T2).
    destruct (Nat.eq_dec i p) as [->|]; [apply K2; lra|apply K1; [lra|lia]]. }
  destruct (G n (le_n n)) as (T & HT & KT). exists T. split; [exact HT|]. intros t Ht i Hi. now apply KT.
Qed.

(** The cell, as in T9: the box lies in it. *)
Variables wide_lo wide_hi : nat -> Rbar.
Variable o : vec.
Hypothesis not_empty : in_cell n wide_lo wide_hi o.
Hypothesis h_nonneg : forall i, (i < n)%nat -> 0 <= h i.
Hypothesis d_pos : forall i, (i < n)%nat -> 0 < d i.
Hypothesis m_pos : 0 < m.
Hypothesis slopes_in_cell : forall i u v, (i < n)%nat ->
  between_ends (wide_lo i) (wide_hi i) u -> between_ends (wide_lo i) (wide_hi i) v -> u <= v ->
  0 <= g i v - g i u <= h i * (v - u).
Hypothesis targets : forall x, in_cell n wide_lo wide_hi x -> in_cell n wide_lo wide_hi (target x).
Hypothesis form_definite : definite n each rho h d W m.
Hypothesis box_in_cell : forall x, in_cell n lo hi x -> in_cell n wide_lo wide_hi x.

(** T9, flips: the equilibrium of the cell attracts the solution, at the rate of T16 from some time on. *)
Theorem T9_flips : exists xs, in_cell n wide_lo wide_hi xs /\ equilibrium xs /\ forall x, solution x ->
  (forall i, (i < n)%nat -> moved i = false -> between_ends (lo i) (hi i) (x 0 i)) ->
  exists T C, 0 <= T /\ forall t, T <= t ->
    sum n (fun i => tau i * ((x t i - xs i) * (x t i - xs i)))
      <= C * exp (- / kappa n each tau rho h d W m * t).
Proof.
  destruct (T9 n tau rho b h d W g m wide_lo wide_hi o) as (xs & Cs & Es & _ & A); auto.
  exists xs. split; [exact Cs|]. split; [exact Es|]. intros x Hx Hs.
  destruct (T9_flips_enter x Hx Hs) as (T & HT & KT).
  set (y := fun s => x (T + s)).
  assert (Hy : solution y).
  { intros t Ht i Hi. destruct (Hx (T + t) ltac:(lra) i Hi) as (D1 & D2). split; [|exact D2].
    intro Pt. unfold y. evar_last.
    - apply (is_derive_comp (fun s => x s i) (fun s => T + s) t _ 1 (D1 Pt)). auto_derive; auto.
    - unfold scal; simpl. unfold mult; simpl. ring. }
  set (k := kappa n each tau rho h d W m) in *.
  exists T. eexists. split; [exact HT|]. intros t Ht.
  destruct (A y Hy) with (t := t - T) as (_ & B); [|lra|].
  { unfold y. rewrite Rplus_0_r. apply box_in_cell. apply KT. lra. }
  unfold y at 1 2 in B. replace (T + (t - T)) with t in B by ring.
  apply Rle_trans with (1 := B). right.
  replace (- / k * (t - T)) with (/ k * T + - / k * t) by ring. rewrite exp_plus, <- Rmult_assoc.
  reflexivity.
Qed.
End Flips.

(** The premise by numbers: activations of moved neurons change by at most r, so target i by at most
    the sum of |W_ij| r_j over the moved j, over rho_i. For k neurons that is at most the sum of the k
    largest |W_ij| r_j. *)
Theorem T9_flips_inside n rho b W g lo hi moved eps (r o : vec) :
  0 < eps -> (forall i, (i < n)%nat -> 0 < rho i) -> in_cell n lo hi o ->
  (forall j u v, (j < n)%nat -> Rabs (g j u - g j v) <= r j) ->
  let s := fun i => eps + / rho i * sum n (fun j => if (moved j : bool) then Rabs (W i j) * r j else 0) in
  (forall x, in_cell n lo hi x -> forall i, (i < n)%nat ->
    between_ends (lo i) (hi i) (target n rho b W g x i - s i) /\
    between_ends (lo i) (hi i) (target n rho b W g x i + s i)) ->
  forall x, in_cell n (lower lo moved) (upper hi moved) x -> forall i, (i < n)%nat ->
    between_ends (lo i) (hi i) (target n rho b W g x i - eps) /\
    between_ends (lo i) (hi i) (target n rho b W g x i + eps).
Proof.
  intros He Hr Ho range s H x Hx i Hi.
  set (y := fun j => if moved j then o j else x j).
  assert (Cy : in_cell n lo hi y).
  { intros j Hj. specialize (Hx j Hj). unfold y, lower, upper in *. destruct (moved j); auto. }
  assert (D : Rabs (target n rho b W g x i - target n rho b W g y i) <= s i - eps).
  { unfold target, drive.
    replace ((sum n (fun j => W i j * act g x j) + b i) / rho i
      - (sum n (fun j => W i j * act g y j) + b i) / rho i)
      with (/ rho i * sum n (fun j => W i j * act g x j - W i j * act g y j)).
    - rewrite Rabs_mult, Rabs_inv, (Rabs_pos_eq (rho i)) by (apply Rlt_le; auto). unfold s.
      replace (eps + / rho i * sum n (fun j => if moved j then Rabs (W i j) * r j else 0) - eps)
        with (/ rho i * sum n (fun j => if moved j then Rabs (W i j) * r j else 0)) by ring.
      apply Rmult_le_compat_l; [apply Rlt_le, Rinv_0_lt_compat; auto|].
      eapply Rle_trans; [apply sum_abs|]. apply sum_le. intros j Hj. unfold act, y.
      destruct (moved j).
      + rewrite <- Rmult_minus_distr_l, Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|auto].
      + rewrite Rminus_eq_0, Rabs_R0. lra.
    - rewrite sum_minus. pose proof (Hr i Hi). field. lra. }
  apply Rabs_le_between in D. destruct (H y Cy i Hi) as (A & B). revert A B D.
  generalize (target n rho b W g x i), (target n rho b W g y i), (s i). intros p q e (A1 & A2) (B1 & B2) D.
  unfold between_ends. destruct (lo i), (hi i); simpl in *; repeat split; try contradiction; lra.
Qed.
