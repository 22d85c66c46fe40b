(** Networks with weights of any kind, the premise of T16, and inequality (1) of its proof.
    Neurons form layers; those of one layer share a time constant, a leak, a bound h of their slopes and
    a multiplier d, and the activation of the layer is the gradient of one convex function. An
    elementwise layer counts as so many layers of one neuron. Layers with tau = 0 are instantaneous,
    and those with h = 0 have a constant activation. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model.
Open Scope R_scope.

Section Lure.
(** n neurons in k layers; neuron i belongs to the layer [lay i]. *)
Variables n k : nat.
Variable lay : nat -> nat.
Variables tau rho h d : vec.
Variable b : vec.
Variable W : nat -> nat -> R.
Variable g : vec -> vec.
Variable m : R.

(** The sum of f over the neurons of the layer l. *)
Definition layer_sum (l : nat) (f : vec) : R := sum n (fun i => if Nat.eqb (lay i) l then f i else 0).

(** In each layer |delta g|^2 <= h delta g . delta x. For one neuron this says that g is non-decreasing
    with slopes at most h; gradients of convex L with a Hessian at most h have it (Baillon, Haddad). *)
Definition cocoercive : Prop := forall l x y, (l < k)%nat ->
  layer_sum l (fun i => (g y i - g x i) * (g y i - g x i))
    <= h l * layer_sum l (fun i => (g y i - g x i) * (y i - x i)).

(** The flow tau x' = W g(x) + b - rho x, its solutions and equilibria. *)
Definition drive (gamma : vec) : vec := fun i => sum n (fun j => W i j * gamma j).
Definition force (x : vec) : vec := fun i => drive (g x) i + b i - rho (lay i) * x i.
Definition equilibrium (x : vec) : Prop := forall i, (i < n)%nat -> force x i = 0.
Definition solution (x : R -> vec) : Prop := forall t, 0 <= t -> forall i, (i < n)%nat ->
  (0 < tau (lay i) -> is_derive (fun s => x s i) t (force (x t) i / tau (lay i))) /\
  (tau (lay i) = 0 -> force (x t) i = 0).

(** The quadratic form of sym(D(diag(rho/h) - W)), for u that are 0 where h is 0, and what T16 asks. *)
Definition form (u : vec) : R := sum n (fun i => d (lay i) * (rho (lay i) / h (lay i)) * (u i * u i))
  - sum n (fun i => d (lay i) * u i * drive u i).
Definition definite : Prop := forall u, (forall i, (i < n)%nat -> h (lay i) = 0 -> u i = 0) ->
  m * sum n (fun i => u i * u i) <= form u.

Definition norm2 (u : vec) : R := sum n (fun i => u i * u i).

Hypothesis layers : forall i, (i < n)%nat -> (lay i < k)%nat.
Hypothesis rho_pos : forall l, (l < k)%nat -> 0 < rho l.
Hypothesis h_nonneg : forall l, (l < k)%nat -> 0 <= h l.
Hypothesis d_pos : forall l, (l < k)%nat -> 0 < d l.
Hypothesis g_cocoercive : cocoercive.

Lemma drive_minus u v i : drive (fun j => v j - u j) i = drive v i - drive u i.
Proof. unfold drive. rewrite <- sum_minus. apply sum_ext. intros; ring. Qed.

Lemma drive_ext u v i : agree n u v -> drive u i = drive v i.
Proof. intro A. apply sum_ext. intros j Hj. now rewrite A. Qed.

(** ** Layers *)

Lemma layer_scal l c f : layer_sum l (fun i => c (lay i) * f i) = c l * layer_sum l f.
Proof.
  unfold layer_sum. rewrite <- sum_scal. apply sum_ext. intros i Hi.
  destruct (Nat.eqb_spec (lay i) l) as [->|]; ring.
Qed.

Lemma layers_le f e : (forall l, (l < k)%nat -> layer_sum l f <= layer_sum l e) -> sum n f <= sum n e.
Proof.
  intro H. rewrite (sum_classes n k lay f), (sum_classes n k lay e) by exact layers.
  apply sum_le. exact H.
Qed.

(** The inequality of the layers, added up with one weight for each. *)
Lemma weighted c x y : (forall l, (l < k)%nat -> 0 <= c l) ->
  sum n (fun i => c (lay i) * ((g y i - g x i) * (g y i - g x i)))
    <= sum n (fun i => c (lay i) * (h (lay i) * ((g y i - g x i) * (y i - x i)))).
Proof.
  intro Hc. apply layers_le. intros l Hl.
  rewrite (layer_scal l c (fun i => (g y i - g x i) * (g y i - g x i))).
  rewrite (layer_scal l c (fun i => h (lay i) * ((g y i - g x i) * (y i - x i)))).
  rewrite (layer_scal l h (fun i => (g y i - g x i) * (y i - x i))).
  apply Rmult_le_compat_l; [now apply Hc|now apply g_cocoercive].
Qed.

Lemma layer_zero l f : (forall i, (i < n)%nat -> 0 <= f i) -> layer_sum l f <= 0 ->
  forall i, (i < n)%nat -> lay i = l -> f i = 0.
Proof.
  intros P H i Hi E.
  pose proof (sum_zero_all n (fun i => if Nat.eqb (lay i) l then f i else 0)) as Z. cbv beta in Z.
  specialize (Z (fun j Hj => ltac:(destruct (Nat.eqb (lay j) l); [now apply P|lra])) H i Hi).
  now rewrite E, Nat.eqb_refl in Z.
Qed.

(** The activation of a layer depends on the states of that layer only, ... *)
Lemma g_layers x y i : (i < n)%nat -> (forall j, (j < n)%nat -> lay j = lay i -> x j = y j) ->
  g x i = g y i.
Proof.
  intros Hi H.
  assert (Z : (g y i - g x i) * (g y i - g x i) = 0).
  { apply (layer_zero (lay i) (fun i => (g y i - g x i) * (g y i - g x i))); auto;
      [intros; apply Rle_0_sqr|].
    apply Rle_trans with (1 := g_cocoercive _ x y (layers i Hi)).
    assert (E : layer_sum (lay i) (fun i => (g y i - g x i) * (y i - x i)) = 0); [|rewrite E; lra].
    rewrite <- (sum_zero n). apply sum_ext. intros j Hj.
    destruct (Nat.eqb_spec (lay j) (lay i)) as [E|]; [|reflexivity]. rewrite (H j Hj E). ring. }
  apply Rmult_integral in Z. lra.
Qed.

(** ... and where h is 0 it is constant. *)
Lemma g_constant x y i : (i < n)%nat -> h (lay i) = 0 -> g x i = g y i.
Proof.
  intros Hi H0.
  assert (Z : (g y i - g x i) * (g y i - g x i) = 0).
  { apply (layer_zero (lay i) (fun i => (g y i - g x i) * (g y i - g x i))); auto;
      [intros; apply Rle_0_sqr|].
    apply Rle_trans with (1 := g_cocoercive _ x y (layers i Hi)). rewrite H0. lra. }
  apply Rmult_integral in Z. lra.
Qed.

(** sum d rho/h delta g^2 <= sum d rho delta g delta x, over the neurons of all layers that p picks. *)
Lemma picked (p : nat -> bool) x y :
  sum n (fun i => if p (lay i)
    then d (lay i) * (rho (lay i) / h (lay i)) * ((g y i - g x i) * (g y i - g x i)) else 0)
  <= sum n (fun i => if p (lay i)
    then d (lay i) * rho (lay i) * ((g y i - g x i) * (y i - x i)) else 0).
Proof.
  set (c := fun l => if p l then (if Rlt_dec 0 (h l) then d l * (rho l / h l) else 0) else 0).
  assert (Hc : forall l, (l < k)%nat -> 0 <= c l).
  { intros l Hl. unfold c. destruct (p l); [|lra]. destruct (Rlt_dec 0 (h l)); [|lra].
    pose proof (d_pos l Hl). pose proof (rho_pos l Hl).
    apply Rmult_le_pos; [lra|]. apply Rlt_le, Rdiv_lt_0_compat; lra. }
  pose proof (weighted c x y Hc) as A.
  assert (Z : forall i, (i < n)%nat -> ~ 0 < h (lay i) -> g y i - g x i = 0).
  { intros i Hi N. pose proof (h_nonneg _ (layers i Hi)).
    rewrite (g_constant x y i Hi); [ring|lra]. }
  refine (Rle_trans _ _ _ _ (Rle_trans _ _ _ A _)).
  - right. apply sum_ext. intros i Hi. unfold c. destruct (p (lay i)); [|ring].
    destruct (Rlt_dec 0 (h (lay i))) as [|N]; [reflexivity|]. rewrite (Z i Hi N). ring.
  - right. apply sum_ext. intros i Hi. unfold c. destruct (p (lay i)); [|ring].
    destruct (Rlt_dec 0 (h (lay i))) as [|N]; [field; lra|]. rewrite (Z i Hi N). ring.
Qed.

(** Inequality (1) of docs/theory.md. *)
Hypothesis form_definite : definite.
Lemma key x y : m * sum n (fun i => (g y i - g x i) * (g y i - g x i)) <=
  sum n (fun i => d (lay i) * (g y i - g x i) * (force x i - force y i)).
Proof.
  eapply Rle_trans; [apply (form_definite (fun i => g y i - g x i))|].
  { intros i Hi H0. rewrite (g_constant x y i Hi H0). ring. }
  unfold form. pose proof (picked (fun _ => true) x y) as P. cbv beta iota in P.
  assert (E : sum n (fun i => d (lay i) * (g y i - g x i) * (force x i - force y i))
    = sum n (fun i => d (lay i) * rho (lay i) * ((g y i - g x i) * (y i - x i)))
      - sum n (fun i => d (lay i) * (g y i - g x i) * drive (fun j => g y j - g x j) i)).
  { rewrite <- sum_minus. apply sum_ext. intros i Hi. rewrite drive_minus. unfold force. ring. }
  rewrite E. lra.
Qed.

(** |delta g|^2 <= h^2 |delta x|^2, layer by layer, and added up with one weight for each. *)
Lemma steepest c x y : (forall l, (l < k)%nat -> 0 <= c l) ->
  sum n (fun i => c (lay i) * ((g y i - g x i) * (g y i - g x i)))
    <= sum n (fun i => c (lay i) * (h (lay i) * h (lay i) * ((y i - x i) * (y i - x i)))).
Proof.
  intro Hc. pose proof (weighted c x y Hc) as A.
  assert (B : sum n (fun i => c (lay i) * (h (lay i) * ((g y i - g x i) * (y i - x i))))
    <= sum n (fun i => / 2 * (c (lay i) * ((g y i - g x i) * (g y i - g x i)))
      + / 2 * (c (lay i) * (h (lay i) * h (lay i) * ((y i - x i) * (y i - x i)))))).
  { apply sum_le. intros i Hi.
    pose proof (Hc _ (layers i Hi)) as Hi'. revert Hi'.
    generalize (g y i - g x i), (h (lay i)), (y i - x i), (c (lay i)). intros p q r s Hs.
    pose proof (Rle_0_sqr (p - q * r)) as S1. unfold Rsqr in S1. nra. }
  rewrite sum_plus, !sum_scal in B. lra.
Qed.
End Lure.

(** An elementwise network: every neuron is a layer. *)
Definition act (g : nat -> R -> R) (x : vec) : vec := fun i => g i (x i).

Lemma single n i f : (i < n)%nat -> layer_sum n (fun i => i) i f = f i.
Proof.
  unfold layer_sum. induction n as [|p IH]; intro Hi; [lia|]. simpl.
  destruct (Nat.eqb_spec p i) as [->|N].
  - assert (Z : sum i (fun j => if Nat.eqb j i then f j else 0) = 0); [|rewrite Z; ring].
    transitivity (sum i (fun _ => 0)); [|apply sum_zero]. apply sum_ext. intros j Hj.
    destruct (Nat.eqb_spec j i); [lia|reflexivity].
  - rewrite IH by lia. ring.
Qed.

Lemma elementwise_cocoercive n h g : (forall i, (i < n)%nat -> slopes_at_most (g i) (h i)) ->
  cocoercive n n (fun i => i) h (act g).
Proof. intros H l x y Hl. rewrite !single by exact Hl. unfold act. now apply slope_product, H. Qed.
