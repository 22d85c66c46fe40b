(** Elementwise networks with symmetric weights are models in the sense of Model.v. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model.
Open Scope R_scope.

Section Network.
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

(** The activation, the Lagrangian weighted by leaks, the synaptic energy -1/2 gamma^T W gamma and
    its gradient. *)
Definition acts_of (x : vec) : vec := fun i => g i (x i).
Definition lagrangian (x : vec) : R := sum n (fun i => rho i * L i (x i)).
Definition syn (gamma : vec) : R := - / 2 * sum n (fun i => sum n (fun j => W i j * gamma i * gamma
  j)).
Definition dsyn (gamma : vec) : vec := fun i => - sum n (fun j => W i j * gamma j).

(** E = sum_i (rho_i x_i - b_i) g_i - sum_i rho_i L_i - 1/2 g^T W g *)
Definition network_energy : vec -> R := energy n rho b acts_of lagrangian syn.
Definition network_solution : (R -> vec) -> Prop := Model.solution n tau rho b acts_of dsyn.
Definition network_equilibrium : vec -> Prop := Model.equilibrium n rho b acts_of dsyn.

Lemma quadratic_small (q : vec -> vec -> R) C (x : vec) eps : 0 <= C -> 0 < eps -> (forall y,
  Rabs (q x y) <= C * (dist n x y * dist n x y)) ->
  exists delta, 0 < delta /\ forall y, dist n x y <= delta -> Rabs (q x y) <= eps * dist n x y.
Proof.
  intros HC He H. exists (eps / (C + 1)). split; [apply Rdiv_lt_0_compat; lra|]. intros y Hy.
    apply Rle_trans with (1 := H y).
  pose proof (dist_nonneg n x y). assert (C * dist n x y <= eps).
  { apply Rle_trans with ((C + 1) * dist n x y); [nra|].
    apply (Rmult_le_compat_l (C + 1)) in Hy; [|lra].
    replace ((C + 1) * (eps / (C + 1))) with eps in Hy by (field; lra). lra. }
  nra.
Qed.

Lemma lagrangian_gradient : gradient n lagrangian (fun x i => rho i * acts_of x i).
Proof.
  intros x eps He. apply (quadratic_small (fun x y => lagrangian y - lagrangian x
    - sum n (fun i => rho i * acts_of x i * (y i - x i))) (sum n (fun i => rho i * h i))); auto.
  - apply sum_nonneg. intros i Hi. apply Rmult_le_pos; [apply Rlt_le; auto|auto].
  - intro y. assert (E : lagrangian y - lagrangian x - sum n (fun i => rho i * acts_of x i * (y i
    - x i)) = sum n (fun i => rho i * (L i (y i) - L i (x i) - g i (x i) * (y i - x i)))).
    { unfold lagrangian. rewrite <- !sum_minus. apply sum_ext. intros. unfold acts_of. ring. }
    rewrite E. eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_scal_r. apply sum_le. intros i Hi.
    pose proof (tangent_bound (L i) (g i) (h i) (x i) (y i) (primitives i) (slopes i)) as T.
      pose proof (rho_pos i Hi).
    rewrite Rabs_mult, (Rabs_pos_eq (rho i)), Rabs_pos_eq by lra. rewrite Rmult_assoc.
      apply Rmult_le_compat_l; [lra|].
    apply Rle_trans with (1 := proj2 T). pose proof (h_nonneg i).
    apply Rle_trans with (h i * ((y i - x i) * (y i - x i))).
    { apply Rmult_le_compat_r; [apply Rle_0_sqr|lra]. }
    apply Rmult_le_compat_l; auto.
    replace ((y i - x i) * (y i - x i)) with (Rabs (y i - x i) * Rabs (y i - x i))
      by (rewrite <- Rabs_mult; apply Rabs_pos_eq, Rle_0_sqr).
    pose proof (dist_component n x y i Hi). apply Rmult_le_compat; auto; apply Rabs_pos.
Qed.

Lemma lagrangian_convex : convex n lagrangian (fun x i => rho i * acts_of x i).
Proof.
  intros x y. unfold lagrangian. rewrite <- sum_minus. apply sum_le. intros i Hi.
  pose proof (tangent_bound (L i) (g i) (h i) (x i) (y i) (primitives i) (slopes i)).
    pose proof (rho_pos i Hi). unfold acts_of. nra.
Qed.

Lemma syn_gradient : gradient n syn dsyn.
Proof.
  intros x eps He. apply (quadratic_small (fun x y => syn y - syn x
    - sum n (fun i => dsyn x i * (y i - x i))) (sum n (fun i => sum n (fun j => Rabs (W i j)))));
    auto.
  - apply sum_nonneg; intros; apply sum_nonneg; intros; apply Rabs_pos.
  - intro y. set (d := fun i => y i - x i).
    assert (E : syn y - syn x - sum n (fun i => dsyn x i * (y i - x i))
      = - / 2 * sum n (fun i => sum n (fun j => W i j * d i * d j))).
    { unfold syn, dsyn.
      assert (E1 : sum n (fun i => sum n (fun j => W i j * d i * d j))
        = sum n (fun i => sum n (fun j => W i j * y i * y j))
        - sum n (fun i => sum n (fun j => W i j * x i * x j))
        - 2 * sum n (fun i => sum n (fun j => W i j * x j) * (y i - x i))).
      { assert (E2 : sum n (fun i => sum n (fun j => W i j * d i * x j))
        = sum n (fun i => sum n (fun j => W i j * x i * d j))).
        { rewrite sum_exchange. apply sum_ext. intros i Hi. apply sum_ext. intros j Hj.
          rewrite (symmetric j i) by auto. ring. }
        assert (E3 : sum n (fun i => sum n (fun j => W i j * x j) * (y i - x i))
          = sum n (fun i => sum n (fun j => W i j * d i * x j))).
        { apply sum_ext. intros i _. rewrite <- sum_scal_r. apply sum_ext. intros. unfold d. ring. }
        assert (E4 : sum n (fun i => sum n (fun j => W i j * y i * y j))
          = sum n (fun i => sum n (fun j => W i j * d i * d j))
          + sum n (fun i => sum n (fun j => W i j * d i * x j))
          + sum n (fun i => sum n (fun j => W i j * x i * d j))
          + sum n (fun i => sum n (fun j => W i j * x i * x j))).
        { rewrite <- !sum_plus. apply sum_ext. intros i _. rewrite <- !sum_plus. apply sum_ext.
          intros. unfold d. ring. }
        rewrite E4, E3, E2. ring. }
      rewrite E1. assert (E5 : sum n (fun i => - sum n (fun j => W i j * x j) * (y i - x i))
        = - sum n (fun i => sum n (fun j => W i j * x j) * (y i - x i))).
      { rewrite <- sum_opp. apply sum_ext. intros. ring. } rewrite E5. field. }
    rewrite E, Rabs_mult. assert (H2 : Rabs (- / 2) <= 1) by (rewrite Rabs_Ropp, Rabs_pos_eq; lra).
    apply Rle_trans with (1 * Rabs (sum n (fun i => sum n (fun j => W i j * d i * d j)))).
      { apply Rmult_le_compat_r; auto. apply Rabs_pos. }
    rewrite Rmult_1_l. eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_scal_r. apply sum_le.
      intros i Hi. eapply Rle_trans; [apply sum_abs|].
    rewrite <- sum_scal_r. apply sum_le. intros j Hj. rewrite !Rabs_mult, Rmult_assoc.
      apply Rmult_le_compat_l; [apply Rabs_pos|].
    apply Rmult_le_compat; try apply Rabs_pos; apply (dist_component n x y); auto.
Qed.

Lemma acts_lipschitz : locally_lipschitz n acts_of.
Proof.
  intro x. exists (sum n h), 1. split; [apply sum_nonneg; auto|]. split; [lra|]. intros y _.
    unfold dist at 1. rewrite <- sum_scal_r.
  (* each neuron by its own slope, the sum of slopes for all *)
  apply sum_le. intros i Hi. apply Rle_trans with (h i * Rabs (y i - x i)).
  - now apply slopes_lipschitz.
  - apply Rmult_le_compat_l; auto. apply dist_component; auto.
Qed.

(** The drive is Lipschitz. *)
Definition slopes_weights : R := sum n (fun i => sum n (fun j => Rabs (W i j))) * sum n h.

Lemma slopes_weights_nonneg : 0 <= slopes_weights.
Proof.
  apply Rmult_le_pos; apply sum_nonneg; intros; auto. apply sum_nonneg; intros; apply Rabs_pos.
Qed.

Lemma dsyn_lipschitz u v i : (i < n)%nat ->
  Rabs (dsyn (acts_of v) i - dsyn (acts_of u) i) <= slopes_weights * dist n u v.
Proof.
  intro Hi. unfold dsyn. assert (E : - sum n (fun j => W i j * acts_of v j) -
    - sum n (fun j => W i j * acts_of u j) = - sum n (fun j => W i j * (acts_of v j - acts_of u j))).
  { rewrite <- !sum_opp, <- sum_minus. apply sum_ext. intros. ring. }
  rewrite E, Rabs_Ropp. eapply Rle_trans; [apply sum_abs|].
  assert (D : dist n (acts_of u) (acts_of v) <= sum n h * dist n u v).
  { unfold dist at 1. rewrite <- sum_scal_r. apply sum_le. intros j Hj.
    apply Rle_trans with (h j * Rabs (v j - u j)).
    - now apply slopes_lipschitz.
    - apply Rmult_le_compat_l; auto. apply dist_component; auto. }
  apply Rle_trans with (sum n (fun j => Rabs (W i j)) * dist n (acts_of u) (acts_of v)).
  - rewrite <- sum_scal_r. apply sum_le. intros j Hj. rewrite Rabs_mult.
    apply Rmult_le_compat_l; [apply Rabs_pos|]. apply dist_component; auto.
  - unfold slopes_weights. rewrite Rmult_assoc. apply Rmult_le_compat; auto;
      [apply sum_nonneg; intros; apply Rabs_pos|apply dist_nonneg|].
    apply (sum_term n (fun i => sum n (fun j => Rabs (W i j)))); auto.
    intros; apply sum_nonneg; intros; apply Rabs_pos.
Qed.

Lemma acts_timed : timed_monotone n tau acts_of.
Proof. apply (timed_elementwise n tau acts_of tau_pos g); [reflexivity|]. intros i u v Q.
  pose proof (slopes i u v Q). lra. Qed.
End Network.
