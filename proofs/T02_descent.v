(** T2 where g(x(t)) is differentiable in time: the rate of the energy, and its sign. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model.
Open Scope R_scope.

Section Descent.
Variable n : nat.
Variables tau rho b : vec.
Variable g : vec -> vec.
Variable Lw S : vec -> R.
Variable dS : vec -> vec.
Notation dist := (dist n).
Notation agree := (agree n).
Notation energy := (energy n rho b g Lw S).
Notation force := (force rho b g dS).
Notation solution := (solution n tau rho b g dS).
Notation equilibrium := (equilibrium n rho b g dS).
Notation fibre := (fibre n g).
Notation timed_monotone := (timed_monotone n tau g).

Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis Lw_gradient : gradient n Lw (fun x i => rho i * g x i).
Hypothesis S_gradient : gradient n S dS.

(** T2, the rate: dE/dt = - sum_i tau_i x_i' (g_i(x))', wherever g(x(t)) has a derivative in time.
  *)
Theorem T2_rate (x : R -> vec) t (gdot : vec) : solution x -> 0 <= t ->
  (forall i, (i < n)%nat -> is_derive (fun s => g (x s) i) t (gdot i)) ->
  is_derive (fun s => energy (x s)) t (- sum n (fun i => tau i * (force (x t) i / tau i * gdot i))).
Proof.
  intros Hs Ht Hg. specialize (Hs t Ht).
  assert (D1 : is_derive (fun s => sum n (fun i => (rho i * x s i - b i) * g (x s) i)) t
     (sum n (fun i => rho i * (force (x t) i / tau i) * g (x t) i + (rho i * x t i
       - b i) * gdot i))).
  { apply (is_derive_sum n (fun s i => (rho i * x s i - b i) * g (x s) i)). intros i Hi.
    evar_last. { apply (is_derive_mult (fun s => rho i * x s i - b i) (fun s => g (x s) i));
      [|apply Hg; auto|intros; apply Rmult_comm].
      apply (is_derive_minus (fun s => rho i * x s i) (fun _ => b i));
        [apply (is_derive_scal (fun s => x s i)); apply Hs; auto|apply (is_derive_const (b i))]. }
    unfold plus, mult, minus, zero, opp; simpl. unfold plus, mult, opp; simpl. ring. }
  pose proof (chain n _ _ x t _ Lw_gradient Hs) as D2. cbv beta in D2.
  pose proof (chain n _ _ (fun s => g (x s)) t gdot S_gradient Hg) as D3. cbv beta in D3.
  unfold Model.energy. evar_last.
  { apply (is_derive_plus (fun s => sum n (fun i => (rho i * x s i - b i) * g (x s) i)
    - Lw (x s)) (fun s => S (g (x s)))); [|exact D3].
    apply (is_derive_minus (fun s => sum n (fun i => (rho i * x s i
      - b i) * g (x s) i)) (fun s => Lw (x s))); [exact D1|exact D2]. }
  unfold plus, minus, opp; simpl. unfold plus, opp; simpl.
  match goal with |- ?a + - ?b + ?c = - ?d => cut (a - b + c + d = 0); [lra|] end.
  rewrite <- sum_minus, <- !sum_plus, <- (sum_zero n). apply sum_ext. intros i Hi.
  pose proof (tau_pos i Hi). unfold Model.force. field. lra.
Qed.

(** T2, the formula: with a Hessian H, that is, g(x)' = H x', dE/dt = - x'^T T H x'. *)
Corollary T2_hessian (H : vec -> nat -> nat -> R) (x : R -> vec) t : solution x -> 0 <= t ->
  (forall y s (v : vec), (forall i, (i < n)%nat -> is_derive (fun u => y u i) s (v i)) ->
     forall i, (i < n)%nat -> is_derive (fun u => g (y u) i) s (sum n (fun j => H (y s) i j * v j)))
       ->
  let v := fun i => force (x t) i / tau i in
  is_derive (fun s => energy (x s)) t (- sum n (fun i => sum n (fun j => v i * (tau i * H (x t) i j)
    * v j))).
Proof.
  intros Hs Ht HH v. evar_last. { apply (T2_rate x t (fun i => sum n (fun j => H (x t) i j * v j))
    Hs Ht).
    intros i Hi. apply (HH x t v); auto. intros; apply Hs; auto. }
  f_equal. apply sum_ext. intros i Hi. fold (v i). rewrite <- sum_scal, <- sum_scal. apply sum_ext.
    intros; ring.
Qed.

(** The rate has a sign if g is monotone, layer by layer: no Hessian is needed. *)
Lemma rate_sign (x : R -> vec) t (v gdot : vec) : timed_monotone ->
  (forall i, (i < n)%nat -> is_derive (fun s => x s i) t (v i)) ->
  (forall i, (i < n)%nat -> is_derive (fun s => g (x s) i) t (gdot i)) ->
  0 <= sum n (fun i => tau i * (v i * gdot i)).
Proof.
  intros M Dx Dg.
  assert (Q : forall f (t l : R), is_derive f t l -> is_lim (fun h => (f (t + h) - f t) / h) 0 l).
  { intros f t0 l D. apply is_lim_spec. intro eps.
    destruct (proj1 (is_derive_Reals _ _ _) D eps (cond_pos eps)) as (d & K).
    exists d. intros h Hh Hz. simpl. apply K; auto. change (Rabs (h - 0) < d) in Hh.
      rewrite Rminus_0_r in Hh. exact Hh. }
  assert (Lm : is_lim (fun h => sum n (fun i => tau i * ((x (t + h) i - x t i) / h * ((g (x (t
    + h)) i - g (x t) i) / h)))) 0
     (sum n (fun i => tau i * (v i * gdot i)))).
  { clear M. revert Dx Dg. generalize n. intro m. induction m as [|m IH]; intros Dx Dg; simpl.
    - apply is_lim_const.
    - apply (is_lim_plus' _ _ 0 (sum m (fun i => tau i * (v i * gdot i))) (tau m * (v m * gdot m))).
      + apply IH; intros; [apply Dx|apply Dg]; lia.
      + apply (is_lim_scal_l _ (tau m) 0 (v m * gdot m)).
        apply (is_lim_mult _ _ 0 (v m) (gdot m)); [apply (Q (fun s => x s m)); apply Dx;
          lia|apply (Q (fun s => g (x s) m)); apply Dg; lia|exact I]. }
  refine (is_lim_le_loc (fun _ => 0) _ 0 0 (sum n (fun i => tau i * (v i * gdot i))) _ (is_lim_const
    0 0) Lm).
  exists (mkposreal 1 Rlt_0_1). intros h _ Hz. simpl.
  replace (sum n _) with (/ (h * h) * sum n (fun i => tau i * ((g (x (t + h)) i - g (x t) i) * (x (t
    + h) i - x t i)))).
  { apply Rmult_le_pos; [|apply M]. apply Rlt_le, Rinv_0_lt_compat. nra. }
  rewrite <- sum_scal. apply sum_ext. intros i Hi. field. auto.
Qed.

(** T2 for smooth networks: the energy has a rate at all times, and it is never positive. *)
Theorem T2_smooth (x : R -> vec) t (gdot : vec) : timed_monotone -> solution x -> 0 <= t ->
  (forall i, (i < n)%nat -> is_derive (fun s => g (x s) i) t (gdot i)) ->
  exists rate, is_derive (fun s => energy (x s)) t rate /\ rate <= 0.
Proof.
  intros M Hs Ht Hg. eexists. split; [apply (T2_rate x t gdot); auto|].
  pose proof (rate_sign x t (fun i => force (x t) i / tau i) gdot M (Hs t Ht) Hg). lra.
Qed.
End Descent.
