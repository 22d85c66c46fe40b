(** Gronwall's lemma: u' <= C u gives u(t) <= u(0) exp(C t). *)
From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Lemma gronwall_on (u du : R -> R) C t : 0 <= t -> (forall s, 0 <= s <= t -> is_derive u s (du s)) ->
  (forall s, 0 <= s <= t -> du s <= C * u s) -> u t <= u 0 * exp (C * t).
Proof.
  intros Ht Du HC.
  assert (U : u t * exp (- (C * t)) <= u 0).
  { destruct (Req_dec t 0) as [->|Hz]; [rewrite Rmult_0_r, Ropp_0, exp_0; lra|].
    destruct (MVT_gen (fun s => u s * exp (- (C * s))) 0 t (fun s => (du s
      - C * u s) * exp (- (C * s)))) as (c & Hc & E).
    - intros s Hs. rewrite Rmin_left in Hs by lra. rewrite Rmax_right in Hs by lra.
      evar_last. { apply (is_derive_mult u (fun s => exp (- (C * s))) s (du s) (- C * exp (- (C *
        s)))); [apply Du; lra| |intros; apply Rmult_comm]. auto_derive; auto. ring. }
      unfold plus, mult; simpl. ring.
    - intros s Hs. rewrite Rmin_left in Hs by lra. rewrite Rmax_right in Hs by lra.
      apply continuity_pt_filterlim. apply (continuous_mult u (fun s => exp (- (C * s)))).
      + apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) u s). eexists. apply Du.
        lra.
      + apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) (fun s => exp (- (C *
        s))) s). auto_derive. auto.
    - rewrite Rmin_left, Rmax_right in Hc by lra. pose proof (HC c ltac:(lra)).
      pose proof (exp_pos (- (C * c))).
      rewrite Rmult_0_r, Ropp_0, exp_0, Rmult_1_r in E.
      assert (0 <= (C * u c - du c) * exp (- (C * c))) by (apply Rmult_le_pos; lra). nra. }
  pose proof (exp_pos (C * t)). apply (Rmult_le_compat_r (exp (C * t))) in U; [|lra].
  rewrite Rmult_assoc, <- exp_plus in U. replace (- (C * t) + C * t) with 0 in U by ring.
    rewrite exp_0, Rmult_1_r in U. exact U.
Qed.

Lemma gronwall (u du : R -> R) C : (forall s, 0 <= s -> is_derive u s (du s)) ->
  (forall s, 0 <= s -> du s <= C * u s) -> forall t, 0 <= t -> u t <= u 0 * exp (C * t).
Proof.
  intros Du HC t Ht. apply (gronwall_on u du); auto; intros s Hs; [apply Du|apply HC]; lra.
Qed.
