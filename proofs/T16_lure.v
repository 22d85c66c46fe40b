(** T16: if sym(D(diag(rho/h) - W)) is positive definite there is exactly one equilibrium, and every
    solution converges to it, exponentially. W need not be symmetric; activations may be flat or kinked,
    whole layers may be gradients, and layers with tau = 0 are instantaneous. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Lure T16_unique T16_exists T16_attracts T16_instantaneous.
Open Scope R_scope.

(** Baillon's and Haddad's theorem: a layer whose activation is the gradient of a convex L that rises at
    most h/2 |y - x|^2 above its tangents (a Hessian at most h says so) is cocoercive. *)
Theorem T16_layers n k lay h g (L : nat -> vec -> R) : (forall l, (l < k)%nat -> 0 <= h l) ->
  (forall l x y, (l < k)%nat -> 0 <= L l y - L l x - layer_sum n lay l (fun i => g x i * (y i - x i))
    <= h l / 2 * layer_sum n lay l (fun i => (y i - x i) * (y i - x i))) ->
  cocoercive n k lay h g.
Proof.
  intros Hh H l x y Hl. set (S := layer_sum n lay l).
  set (dg := fun i => g y i - g x i).
  assert (Sc : forall c f, S (fun i => c * f i) = c * S f).
  { intros c f. exact (layer_scal n lay l (fun _ => c) f). }
  assert (Sp : forall f e, S (fun i => f i + e i) = S f + S e).
  { intros f e. unfold S, layer_sum. rewrite <- sum_plus. apply sum_ext. intros i _.
    destruct (Nat.eqb (lay i) l); ring. }
  assert (Se : forall f e, (forall i, f i = e i) -> S f = S e).
  { intros f e E. apply sum_ext. intros i _. destruct (Nat.eqb (lay i) l); auto. }
  (* for the point c = y - s dg: L(c) - L(x) is above the tangent at x and near the one at y *)
  assert (T : forall s, s * (2 - h l * s) / 2 * S (fun i => dg i * dg i)
    <= L l y - L l x - S (fun i => g x i * (y i - x i))).
  { intro s. set (c := fun i => y i - s * dg i).
    pose proof (proj1 (H l x c Hl)) as A. pose proof (proj2 (H l y c Hl)) as B. fold S in A, B.
    assert (EA : S (fun i => g x i * (c i - x i)) = S (fun i => g x i * (y i - x i))
      + - s * S (fun i => g x i * dg i)).
    { rewrite <- Sc, <- Sp. apply Se. intro i. unfold c. ring. }
    assert (EB : S (fun i => g y i * (c i - y i)) = - s * S (fun i => g x i * dg i)
      + - s * S (fun i => dg i * dg i)).
    { rewrite <- !Sc, <- Sp. apply Se. intro i. unfold c, dg. ring. }
    assert (EC : S (fun i => (c i - y i) * (c i - y i)) = s * s * S (fun i => dg i * dg i)).
    { rewrite <- Sc. apply Se. intro i. unfold c. ring. }
    rewrite EA in A. rewrite EB, EC in B. lra. }
  assert (T' : forall s, s * (2 - h l * s) / 2 * S (fun i => dg i * dg i)
    <= L l x - L l y - S (fun i => g y i * (x i - y i))).
  { intro s. set (c := fun i => x i + s * dg i).
    pose proof (proj1 (H l y c Hl)) as A. pose proof (proj2 (H l x c Hl)) as B. fold S in A, B.
    assert (EA : S (fun i => g y i * (c i - y i)) = S (fun i => g y i * (x i - y i))
      + s * S (fun i => g x i * dg i) + s * S (fun i => dg i * dg i)).
    { rewrite <- !Sc, <- !Sp. apply Se. intro i. unfold c, dg. ring. }
    assert (EB : S (fun i => g x i * (c i - x i)) = s * S (fun i => g x i * dg i)).
    { rewrite <- Sc. apply Se. intro i. unfold c. ring. }
    assert (EC : S (fun i => (c i - x i) * (c i - x i)) = s * s * S (fun i => dg i * dg i)).
    { rewrite <- Sc. apply Se. intro i. unfold c. ring. }
    rewrite EA in A. rewrite EB, EC in B. lra. }
  assert (E : S (fun i => (g y i - g x i) * (y i - x i))
    = - S (fun i => g x i * (y i - x i)) - S (fun i => g y i * (x i - y i))).
  { replace (- S (fun i => g x i * (y i - x i)) - S (fun i => g y i * (x i - y i)))
      with (-1 * S (fun i => g x i * (y i - x i)) + -1 * S (fun i => g y i * (x i - y i))) by ring.
    rewrite <- !Sc, <- Sp. apply Se. intro i. ring. }
  assert (D0 : 0 <= S (fun i => dg i * dg i)).
  { apply sum_nonneg. intros i _. destruct (Nat.eqb (lay i) l); [apply Rle_0_sqr|lra]. }
  change (S (fun i => dg i * dg i) <= h l * S (fun i => (g y i - g x i) * (y i - x i))). rewrite E.
  set (D := S (fun i => dg i * dg i)) in *.
  destruct (Hh l Hl) as [P|Z].
  - pose proof (T (/ h l)) as A. pose proof (T' (/ h l)) as B.
    assert (Q : / h l * (2 - h l * / h l) / 2 * D = / (2 * h l) * D) by (field; lra).
    rewrite Q in A, B. apply (Rmult_le_reg_l (/ h l)); [now apply Rinv_0_lt_compat|].
    rewrite <- Rmult_assoc, Rinv_l, Rmult_1_l by lra.
    replace (/ h l * D) with (2 * (/ (2 * h l) * D)) by (field; lra). lra.
  - rewrite <- Z in *. rewrite Rmult_0_l.
    destruct D0 as [PD|]; [|lra]. exfalso.
    set (q := L l y - L l x - S (fun i => g x i * (y i - x i))) in *.
    pose proof (T ((Rabs q + 1) / D)) as A.
    replace ((Rabs q + 1) / D * (2 - 0 * ((Rabs q + 1) / D)) / 2 * D) with (Rabs q + 1) in A by (field; lra).
    pose proof (Rle_abs q). lra.
Qed.

Section Complete.
(** n neurons in k layers; neuron i belongs to the layer [lay i]. *)
Variables n k : nat.
Variable lay : nat -> nat.
Variables tau rho h d : vec.
Variable b : vec.
Variable W : nat -> nat -> R.
Variable g : vec -> vec.
(** L l is the Lagrangian of the layer l. *)
Variable L : nat -> vec -> R.
Variable m : R.
Notation equilibrium := (equilibrium n lay rho b W g).
Notation solution := (solution n lay tau rho b W g).

Hypothesis layers : forall i, (i < n)%nat -> (lay i < k)%nat.
Hypothesis tau_nonneg : forall l, (l < k)%nat -> 0 <= tau l.
Hypothesis rho_pos : forall l, (l < k)%nat -> 0 < rho l.
Hypothesis h_nonneg : forall l, (l < k)%nat -> 0 <= h l.
Hypothesis d_pos : forall l, (l < k)%nat -> 0 < d l.
Hypothesis m_pos : 0 < m.
Hypothesis L_gradient : forall l, (l < k)%nat ->
  gradient n (L l) (fun x i => if Nat.eqb (lay i) l then g x i else 0).
Hypothesis g_cocoercive : cocoercive n k lay h g.
Hypothesis form_definite : definite n lay rho h d W m.

Definition weighted_lagrangian (x : vec) : R := sum k (fun l => d l * tau l * L l x).

Lemma weighted_gradient : gradient n weighted_lagrangian (fun x i => d (lay i) * tau (lay i) * g x i).
Proof.
  assert (G : forall p, (p <= k)%nat -> gradient n (fun x => sum p (fun l => d l * tau l * L l x))
    (fun x i => sum p (fun l => d l * tau l * (if Nat.eqb (lay i) l then g x i else 0)))).
  { induction p as [|p IH]; intro Hp; intros x eps He.
    - exists 1. split; [lra|]. intros y _. simpl.
      rewrite (sum_ext n _ (fun _ => 0)), sum_zero by (intros; ring).
      rewrite !Rminus_0_r, Rabs_R0. apply Rmult_le_pos; [lra|apply dist_nonneg].
    - destruct (IH ltac:(lia) x (eps / 2)) as (d1 & Hd1 & K1); [lra|].
      set (c := d p * tau p).
      destruct (L_gradient p ltac:(lia) x (eps / 2 / (Rabs c + 1))) as (d2 & Hd2 & K2).
      { apply Rdiv_lt_0_compat; [lra|]. pose proof (Rabs_pos c). lra. }
      exists (Rmin d1 d2). split; [now apply Rmin_pos|]. intros y Hy.
      pose proof (Rmin_l d1 d2). pose proof (Rmin_r d1 d2).
      specialize (K1 y ltac:(lra)). specialize (K2 y ltac:(lra)). cbn [sum]. fold c.
      set (S1 := sum n (fun i => sum p (fun l => d l * tau l * (if Nat.eqb (lay i) l then g x i else 0))
        * (y i - x i))) in *.
      set (S2 := sum n (fun i => (if Nat.eqb (lay i) p then g x i else 0) * (y i - x i))) in *.
      rewrite (sum_ext n _ (fun i => sum p (fun l => d l * tau l * (if Nat.eqb (lay i) l then g x i else 0))
        * (y i - x i) + c * ((if Nat.eqb (lay i) p then g x i else 0) * (y i - x i)))) by (intros; ring).
      rewrite sum_plus, sum_scal. fold S1 S2.
      replace (sum p (fun l => d l * tau l * L l y) + c * L p y
        - (sum p (fun l => d l * tau l * L l x) + c * L p x) - (S1 + c * S2))
        with ((sum p (fun l => d l * tau l * L l y) - sum p (fun l => d l * tau l * L l x) - S1)
          + c * (L p y - L p x - S2)) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. rewrite (Rabs_mult c).
      pose proof (dist_nonneg n x y) as D. pose proof (Rabs_pos c) as Pc.
      assert (A : Rabs c * Rabs (L p y - L p x - S2) <= eps / 2 * dist n x y); [|lra].
      apply Rle_trans with ((Rabs c + 1) * (eps / 2 / (Rabs c + 1) * dist n x y)).
      + apply Rmult_le_compat; [exact Pc|apply Rabs_pos|lra|exact K2].
      + right. field. lra. }
  intros x eps He. destruct (G k (le_n k) x eps He) as (dl & Hd & K). exists dl. split; [exact Hd|].
  intros y Hy. specialize (K y Hy).
  rewrite (sum_ext n (fun i => d (lay i) * tau (lay i) * g x i * (y i - x i))
    (fun i => sum k (fun l => d l * tau l * (if Nat.eqb (lay i) l then g x i else 0)) * (y i - x i)));
    [exact K|].
  intros i Hi. f_equal. rewrite <- (single k (lay i) (fun l => d l * tau l * g x i) (layers i Hi)).
  apply sum_ext. intros l _. rewrite Nat.eqb_sym. destruct (Nat.eqb (lay i) l); ring.
Qed.

(** T16, complete: there is exactly one equilibrium; the solution from each state comes near to it at
    the rate 1/kappa; and so do its instantaneous neurons, up to a factor F. *)
Theorem T16 : exists xs, equilibrium xs /\ (forall y, equilibrium y -> agree n xs y) /\
  exists F, forall x, solution x -> forall t, 0 <= t ->
    let U := lyapunov n lay tau rho d W g weighted_lagrangian m xs (x 0) in
    let e := exp (- / kappa n lay tau rho h d W m * t) in
    sum n (fun i => tau (lay i) * ((x t i - xs i) * (x t i - xs i))) <= 2 * U * e /\
    sum n (fun i => (x t i - xs i) * (x t i - xs i)) <= F * (2 * U * e).
Proof.
  destruct (T16_exists n k lay rho h d b W g m) as (xs & He); auto.
  destruct (T16_follow n k lay tau rho h d b W g m layers rho_pos h_nonneg d_pos m_pos
    g_cocoercive form_definite) as (F & HF & KF).
  destruct (bounded_family n (fun i => / tau (lay i))) as (T & HT & KT).
  exists xs. split; [exact He|]. split.
  { intros y Hy. apply (T16_unique n k lay rho h d b W g m); auto. }
  exists (F * T). intros x Hx t Ht U e.
  assert (A : sum n (fun i => tau (lay i) * ((x t i - xs i) * (x t i - xs i))) <= 2 * U * e).
  { apply (T16_attracts n k lay tau rho h d b W g weighted_lagrangian m); auto.
    apply weighted_gradient. }
  split; [exact A|]. rewrite Rmult_assoc. eapply Rle_trans; [apply (KF xs (x t))|].
  - intros i Hi _. now apply He.
  - intros i Hi S. apply (proj2 (Hx t Ht i Hi)). unfold slow in S.
    pose proof (tau_nonneg _ (layers i Hi)). destruct (Rlt_dec 0 (tau (lay i))); [discriminate|lra].
  - apply Rmult_le_compat_l; [exact HF|].
    apply Rle_trans with (T * sum n (fun i => tau (lay i) * ((x t i - xs i) * (x t i - xs i))));
      [|apply Rmult_le_compat_l; lra].
    unfold norm2. rewrite <- sum_scal. apply sum_le. intros i Hi. unfold slow_part, slow.
    pose proof (Rle_0_sqr (x t i - xs i)) as Q. unfold Rsqr in Q.
    destruct (Rlt_dec 0 (tau (lay i))) as [Pt|N].
    + pose proof (KT i Hi) as Z. apply Rabs_le_between in Z.
      assert (1 <= T * tau (lay i)).
      { rewrite <- (Rinv_l (tau (lay i))) by lra. apply Rmult_le_compat_r; lra. }
      rewrite <- Rmult_assoc. nra.
    + rewrite Rmult_0_l. pose proof (tau_nonneg _ (layers i Hi)).
      apply Rmult_le_pos; [lra|]. now apply Rmult_le_pos.
Qed.
End Complete.

(** The premises for an elementwise network: g i is the activation of neuron i, L i its primitive. *)
Lemma elementwise_gradient n h (g L : nat -> R -> R) : (forall i, (i < n)%nat -> slopes_at_most (g i) (h i)) ->
  (forall i, (i < n)%nat -> primitive_of (L i) (g i)) -> forall l, (l < n)%nat ->
  gradient n (fun x => L l (x l)) (fun x i => if Nat.eqb i l then act g x i else 0).
Proof.
  intros Hs Hp l Hl x eps He.
  exists (eps / (Rabs (h l) + 1)). pose proof (Rabs_pos (h l)). split; [apply Rdiv_lt_0_compat; lra|].
  intros y Hy. pose proof (dist_nonneg n x y) as D. pose proof (dist_component n x y l Hl) as C.
  rewrite (sum_ext n _ (fun i => if Nat.eqb i l then act g x i * (y i - x i) else 0)).
  2: { intros i _. destruct (Nat.eqb i l); ring. }
  pose proof (single n l (fun i => act g x i * (y i - x i)) Hl) as E. unfold layer_sum in E.
  rewrite E. unfold act.
  pose proof (tangent_bound (L l) (g l) (h l) (x l) (y l) (Hp l Hl) (Hs l Hl)) as (B1 & B2).
  rewrite Rabs_pos_eq by lra. apply Rle_trans with (1 := B2).
  assert (Q : (y l - x l) * (y l - x l) <= dist n x y * dist n x y).
  { replace ((y l - x l) * (y l - x l)) with (Rabs (y l - x l) * Rabs (y l - x l))
      by (rewrite <- Rabs_mult; apply Rabs_pos_eq, Rle_0_sqr).
    apply Rmult_le_compat; auto; apply Rabs_pos. }
  apply Rle_trans with ((Rabs (h l) + 1) * (dist n x y * dist n x y)).
  - pose proof (Rle_abs (h l)). pose proof (Rle_0_sqr (y l - x l)) as P. unfold Rsqr in P.
    apply Rle_trans with ((Rabs (h l) + 1) * ((y l - x l) * (y l - x l))).
    + apply Rmult_le_compat_r; lra.
    + apply Rmult_le_compat_l; lra.
  - rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [exact D|].
    apply (Rmult_le_compat_l (Rabs (h l) + 1)) in Hy; [|lra].
    replace ((Rabs (h l) + 1) * (eps / (Rabs (h l) + 1))) with eps in Hy by (field; lra). exact Hy.
Qed.

(** T16 for elementwise networks. *)
Corollary T16_elementwise n tau rho h d b W (g L : nat -> R -> R) m :
  (forall i, (i < n)%nat -> 0 <= tau i) -> (forall i, (i < n)%nat -> 0 < rho i) ->
  (forall i, (i < n)%nat -> 0 <= h i) -> (forall i, (i < n)%nat -> 0 < d i) -> 0 < m ->
  (forall i, (i < n)%nat -> slopes_at_most (g i) (h i)) ->
  (forall i, (i < n)%nat -> primitive_of (L i) (g i)) ->
  definite n (fun i => i) rho h d W m ->
  exists xs, equilibrium n (fun i => i) rho b W (act g) xs /\
    (forall y, equilibrium n (fun i => i) rho b W (act g) y -> agree n xs y) /\
    exists C, forall x, solution n (fun i => i) tau rho b W (act g) x -> forall t, 0 <= t ->
      sum n (fun i => (x t i - xs i) * (x t i - xs i)) <= C
        * lyapunov n (fun i => i) tau rho d W (act g) (weighted_lagrangian n tau d (fun l x => L l (x l))) m
          xs (x 0) * exp (- / kappa n (fun i => i) tau rho h d W m * t).
Proof.
  intros.
  destruct (T16 n n (fun i => i) tau rho h d b W (act g) (fun l x => L l (x l)) m) as (xs & E & U & F & A);
    auto using elementwise_cocoercive.
  - intros l Hl. now apply elementwise_gradient with h.
  - exists xs. split; [exact E|]. split; [exact U|]. exists (F * 2). intros x Hx t Ht.
    destruct (A x Hx t Ht) as (_ & B). lra.
Qed.
